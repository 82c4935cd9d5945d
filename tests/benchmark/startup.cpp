#include "tests/simulator/simulator.h"
#include "tests/support/temp_dir.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdexcept>
#include <string>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace usaged::test {

namespace {

namespace fs = std::filesystem;

/// Where systemd would listen.
class NotifySocket {
public:
    explicit NotifySocket(fs::path const& path) : socket_{::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)}
    {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
        auto const* const generic = reinterpret_cast<sockaddr const*>(&address);
        if (::bind(socket_, generic, sizeof address) != 0) throw std::runtime_error{"no socket for notifications"};
        ::setenv("NOTIFY_SOCKET", path.c_str(), 1);
    }
    NotifySocket(NotifySocket const&) = delete;
    NotifySocket& operator=(NotifySocket const&) = delete;
    ~NotifySocket()
    {
        ::unsetenv("NOTIFY_SOCKET");
        ::close(socket_);
    }

    void wait_for(std::string_view line) const
    {
        pollfd readable{socket_, POLLIN, 0};
        while (::poll(&readable, 1, 10'000) == 1) {
            std::string message(4096, '\0');
            message.resize(static_cast<std::size_t>(::recv(socket_, message.data(), message.size(), 0)));
            if (message.find(line) != std::string::npos) return;
        }
        throw std::runtime_error{"usaged did not say " + std::string{line}};
    }

private:
    int socket_;
};

/// A run of usaged.
class Process {
public:
    Process(fs::path const& program, fs::path const& configuration, std::string command)
    {
        auto name = program.string();
        std::string option = "-c";
        auto file = configuration.string();
        std::vector<char*> arguments{name.data(), option.data(), file.data(), command.data(), nullptr};
        posix_spawn_file_actions_t quiet;
        ::posix_spawn_file_actions_init(&quiet);
        for (auto const descriptor : {1, 2})
            ::posix_spawn_file_actions_addopen(&quiet, descriptor, "/dev/null", O_WRONLY, 0);
        auto const error = ::posix_spawn(&id_, name.c_str(), &quiet, nullptr, arguments.data(), environ);
        ::posix_spawn_file_actions_destroy(&quiet);
        if (error != 0) throw std::runtime_error{name + " cannot be started"};
    }
    Process(Process const&) = delete;
    Process& operator=(Process const&) = delete;
    ~Process()
    {
        if (id_ > 0) stop();
    }

    pid_t id() const { return id_; }

    void wait()
    {
        int status = 0;
        ::waitpid(std::exchange(id_, -1), &status, 0);
        if (status != 0) throw std::runtime_error{"usaged ended with status " + std::to_string(status)};
    }

private:
    void stop()
    {
        ::kill(id_, SIGTERM);
        ::waitpid(id_, nullptr, 0);
    }

    pid_t id_ = -1;
};

double milliseconds(std::function<void()> const& work)
{
    auto const start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values)
{
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// The sum of a field of /proc/ID/task/*/status over the threads of a process.
long sum_over_threads(pid_t process, std::string const& field)
{
    long sum = 0;
    for (auto const& thread : fs::directory_iterator{"/proc/" + std::to_string(process) + "/task"}) {
        std::ifstream status{thread.path() / "status"};
        for (std::string line; std::getline(status, line);)
            if (line.starts_with(field + ":")) sum += std::stol(line.substr(field.size() + 1));
    }
    return sum;
}

/// The five rows of the documented sample, each time into a new database.
double first_fetch(fs::path const& program, int repeat)
{
    std::vector<double> times;
    for (int i = 0; i < repeat; ++i) {
        TempDir const directory;
        Simulator const simulator;
        auto const configuration = simulator.configuration(directory.path());
        times.push_back(milliseconds([&] { Process{program, configuration, "fetch"}.wait(); }));
    }
    return median(times);
}

/// The same with a database that has the rows already.
double later_fetch(fs::path const& program, fs::path const& configuration, int repeat)
{
    std::vector<double> times;
    for (int i = 0; i < repeat; ++i)
        times.push_back(milliseconds([&] { Process{program, configuration, "fetch"}.wait(); }));
    return median(times);
}

double time_to_ready(fs::path const& program, fs::path const& configuration, NotifySocket const& socket, int repeat)
{
    std::vector<double> times;
    for (int i = 0; i < repeat; ++i) {
        std::optional<Process> daemon;
        times.push_back(milliseconds([&] {
            daemon.emplace(program, configuration, "run");
            socket.wait_for("READY=1");
        }));
        daemon.reset();
        socket.wait_for("STOPPING=1");
    }
    return median(times);
}

struct Idle {
    double resident_kib = 0;
    double wake_ups = 0;
};

/// Of a daemon that has just polled and will not poll again for a day.
Idle idle(fs::path const& program, Simulator const& simulator, NotifySocket const& socket, std::chrono::seconds time)
{
    TempDir const directory;
    Process const daemon{program, simulator.configuration(directory.path()), "run"};
    socket.wait_for("READY=1");
    simulator.wait_for_requests(Endpoint::usage, simulator.requests(Endpoint::usage).size() + 1);
    std::this_thread::sleep_for(std::chrono::seconds{2});
    auto const switches = [&] { return sum_over_threads(daemon.id(), "voluntary_ctxt_switches"); };
    auto const before = switches();
    std::this_thread::sleep_for(time);
    Idle figures;
    figures.wake_ups = static_cast<double>(switches() - before);
    figures.resident_kib = static_cast<double>(sum_over_threads(daemon.id(), "VmRSS"));
    return figures;
}

void run(fs::path const& program, int repeat, int idle_seconds)
{
    TempDir const directory;
    Simulator const simulator;
    auto const configuration = simulator.configuration(directory.path());
    std::printf("fetch of five rows, new database      %8.1f ms\n", first_fetch(program, repeat));
    std::printf("fetch of five rows, database has them %8.1f ms\n", later_fetch(program, configuration, repeat));
    TempDir const runtime;
    NotifySocket const socket{runtime.path() / "notify"};
    std::printf("start to READY=1, database exists     %8.1f ms\n",
                time_to_ready(program, configuration, socket, repeat));
    auto const figures = idle(program, simulator, socket, std::chrono::seconds{idle_seconds});
    std::printf("resident while idle                   %8.1f MiB\n", figures.resident_kib / 1024);
    std::printf("wake-ups while idle                   %8.0f in %d s\n", figures.wake_ups, idle_seconds);
}

} // namespace

} // namespace usaged::test

int main(int argc, char** argv)
{
    CLI::App app{"How long usaged takes to start and to fetch, and what it needs while it waits"};
    std::filesystem::path program = USAGED_PROGRAM;
    int repeat = 21;
    int idle_seconds = 10;
    app.add_option("--program", program, "The usaged to measure")->capture_default_str()->check(CLI::ExistingFile);
    app.add_option("--repeat", repeat, "Runs, of which the median is shown")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    app.add_option("--idle", idle_seconds, "Seconds to watch an idle daemon")->capture_default_str();
    CLI11_PARSE(app, argc, argv);
    try {
        usaged::test::run(program, repeat, idle_seconds);
    } catch (std::exception const& error) {
        std::fprintf(stderr, "usaged-startup-benchmark: %s\n", error.what());
        return 1;
    }
}
