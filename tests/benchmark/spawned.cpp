#include "tests/benchmark/spawned.h"

#include <chrono>
#include <fcntl.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace usaged::test {

namespace {

double seconds(timeval const& time)
{
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

pid_t start(std::filesystem::path const& program, std::vector<std::string>& arguments)
{
    std::vector<char*> pointers;
    for (auto& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    posix_spawn_file_actions_t quiet;
    ::posix_spawn_file_actions_init(&quiet);
    ::posix_spawn_file_actions_addopen(&quiet, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    pid_t id = -1;
    auto const error = ::posix_spawn(&id, program.c_str(), &quiet, nullptr, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&quiet);
    if (error != 0) throw std::runtime_error{program.string() + " cannot be started"};
    return id;
}

} // namespace

ProcessCost run_program(std::filesystem::path const& program, std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), program.string());
    // What the disk has still to write is not of this program.
    ::sync();
    auto const begun = std::chrono::steady_clock::now();
    auto const id = start(program, arguments);
    int status = 0;
    rusage usage{};
    ::wait4(id, &status, 0, &usage);
    ProcessCost cost;
    cost.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    cost.cpu_seconds = seconds(usage.ru_utime) + seconds(usage.ru_stime);
    cost.peak_memory = std::int64_t{usage.ru_maxrss} * 1024;
    if (status != 0) throw std::runtime_error{program.string() + " ended with status " + std::to_string(status)};
    return cost;
}

} // namespace usaged::test
