#include "tests/benchmark/child_process.h"

#include <array>
#include <cstdio>
#include <exception>
#include <fstream>
#include <malloc.h>
#include <stdexcept>
#include <string>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

namespace usaged::test {

namespace {

/// A size from /proc/self/status, in bytes.
std::int64_t memory(std::string const& name)
{
    std::ifstream status{"/proc/self/status"};
    for (std::string line; std::getline(status, line);)
        if (line.starts_with(name + ":")) return std::stoll(line.substr(name.size() + 1)) * 1024;
    throw std::runtime_error{"/proc/self/status has no " + name};
}

void write_all(int pipe, void const* data, std::size_t bytes)
{
    if (::write(pipe, data, bytes) != static_cast<ssize_t>(bytes))
        throw std::runtime_error{"the pipe to the parent broke"};
}

double seconds(clockid_t clock)
{
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

int run_as_child(int pipe, std::function<void(Laps&)> const& work)
{
    try {
        auto const start = memory("VmRSS");
        Laps laps;
        work(laps);
        auto const peak = memory("VmHWM") - start;
        write_all(pipe, &peak, sizeof peak);
        write_all(pipe, laps.taken().data(), laps.taken().size() * sizeof(Lap));
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "usaged-benchmark: %s\n", error.what());
        return 1;
    }
}

Cost read_cost(int pipe)
{
    Cost cost;
    Lap lap;
    if (::read(pipe, &cost.peak_memory, sizeof cost.peak_memory) != sizeof cost.peak_memory) return cost;
    while (::read(pipe, &lap, sizeof lap) == sizeof lap) cost.laps.push_back(lap);
    return cost;
}

} // namespace

void Laps::lap(std::function<void()> const& work)
{
    Lap const start{seconds(CLOCK_MONOTONIC), seconds(CLOCK_PROCESS_CPUTIME_ID)};
    work();
    taken_.push_back({seconds(CLOCK_MONOTONIC) - start.seconds, seconds(CLOCK_PROCESS_CPUTIME_ID) - start.cpu_seconds});
}

Cost run_in_child(std::function<void(Laps&)> const& work)
{
    // Else the child would find room in what the parent has freed, and would not grow.
    ::malloc_trim(0);
    std::fflush(nullptr);
    // What the disk has still to write is not of this case.
    ::sync();
    std::array<int, 2> pipe{};
    if (::pipe(pipe.data()) != 0) throw std::runtime_error{"no pipe"};
    auto const child = ::fork();
    if (child < 0) throw std::runtime_error{"no child process"};
    if (child == 0) {
        ::close(pipe[0]);
        ::_exit(run_as_child(pipe[1], work));
    }
    ::close(pipe[1]);
    auto cost = read_cost(pipe[0]);
    ::close(pipe[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (status != 0 || cost.laps.empty()) throw std::runtime_error{"a case failed"};
    return cost;
}

} // namespace usaged::test
