#include "tests/support/tinyproxy.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <stdexcept>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <thread>
#include <unistd.h>

namespace usaged::test {
namespace {

constexpr char const* program = "/usr/bin/tinyproxy";
constexpr std::chrono::seconds start_limit{30};

/// A port that was free a moment ago.
std::uint16_t free_port()
{
    auto const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    auto const bound = ::bind(socket, any, length) == 0 && ::getsockname(socket, any, &length) == 0;
    auto const error = errno;
    ::close(socket);
    if (!bound) throw std::system_error{error, std::generic_category(), "a free port"};
    return ntohs(address.sin_port);
}

std::string configuration(Tinyproxy::Options const& options, std::uint16_t port, std::string const& log)
{
    auto text = "Port " + std::to_string(port) + "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 600\nMaxClients 20\n" +
                "LogLevel Info\nLogFile \"" + log + "\"\n";
    if (!options.user.empty()) text += "BasicAuth " + options.user + " " + options.password + "\n";
    if (options.only_port != 0) text += "ConnectPort " + std::to_string(options.only_port) + "\n";
    return text;
}

pid_t spawn(std::string file)
{
    posix_spawn_file_actions_t quiet;
    posix_spawn_file_actions_init(&quiet);
    for (auto const output : {STDOUT_FILENO, STDERR_FILENO})
        posix_spawn_file_actions_addopen(&quiet, output, "/dev/null", O_WRONLY, 0);
    std::array<std::string, 3> words{program, "-d", "-c"};
    std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), file.data(), nullptr};
    pid_t pid = -1;
    auto const error = ::posix_spawn(&pid, program, &quiet, nullptr, arguments.data(), environ);
    posix_spawn_file_actions_destroy(&quiet);
    if (error != 0) throw std::system_error{error, std::generic_category(), program};
    return pid;
}

} // namespace

Tinyproxy::Tinyproxy(Options const& options)
{
    if (::access(program, X_OK) != 0)
        throw std::runtime_error{std::string{program} + " is missing: script/bootstrap installs it"};
    for (int attempt = 0; attempt < 5; ++attempt)
        if (start(options)) return;
    throw std::runtime_error{"tinyproxy does not start: " + log()};
}

Tinyproxy::~Tinyproxy()
{
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
}

std::string Tinyproxy::url() const
{
    return "http://127.0.0.1:" + std::to_string(port_);
}

std::string Tinyproxy::log() const
{
    return read_file(directory_.path() / "log");
}

/// False if it ended by itself: somebody else has taken the port meanwhile.
bool Tinyproxy::start(Options const& options)
{
    port_ = free_port();
    auto const log_file = directory_.path() / "log";
    write_file(log_file, "");
    write_file(directory_.path() / "configuration", configuration(options, port_, log_file.string()));
    pid_ = spawn((directory_.path() / "configuration").string());
    auto const deadline = std::chrono::steady_clock::now() + start_limit;
    while (log().find("Accepting connections") == std::string::npos) {
        if (::waitpid(pid_, nullptr, WNOHANG) == pid_) return false;
        if (std::chrono::steady_clock::now() > deadline) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

} // namespace usaged::test
