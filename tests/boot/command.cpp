#include "tests/boot/command.h"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>

namespace usaged::test {
namespace {

std::vector<char*> pointers_to(std::vector<std::string> words_of_command, std::vector<std::string>& kept)
{
    kept = std::move(words_of_command);
    std::vector<char*> pointers;
    for (auto& word : kept) pointers.push_back(word.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

pid_t start_command(std::vector<std::string> const& words, int output)
{
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
    std::vector<std::string> kept;
    auto const arguments = pointers_to(words, kept);
    pid_t child = -1;
    auto const error = ::posix_spawnp(&child, arguments.front(), &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::system_error{error, std::generic_category(), words.front()};
    return child;
}

Ran run_command(std::vector<std::string> const& words)
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::system_error{errno, std::generic_category(), "pipe"};
    pid_t child = -1;
    try {
        child = start_command(words, ends[1]);
    } catch (...) {
        ::close(ends[0]);
        ::close(ends[1]);
        throw;
    }
    ::close(ends[1]);
    Ran ran;
    std::array<char, 65536> buffer{};
    for (ssize_t size = 0; (size = ::read(ends[0], buffer.data(), buffer.size())) > 0;)
        ran.output.append(buffer.data(), static_cast<std::size_t>(size));
    ::close(ends[0]);
    ran.status = exit_status_of(child);
    return ran;
}

int exit_status_of(pid_t child)
{
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace usaged::test
