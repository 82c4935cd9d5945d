#include "tests/support/tinyproxy.h"

#include "tests/support/free_port.h"

#include <chrono>
#include <stdexcept>
#include <thread>
#include <unistd.h>

namespace usaged::test {
namespace {

constexpr char const* program = "/usr/bin/tinyproxy";
constexpr std::chrono::seconds start_limit{30};

std::string configuration(Tinyproxy::Options const& options, std::uint16_t port, std::string const& log)
{
    auto text = "Port " + std::to_string(port) + "\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 600\nMaxClients 20\n" +
                "LogLevel Info\nLogFile \"" + log + "\"\n";
    if (!options.user.empty()) text += "BasicAuth " + options.user + " " + options.password + "\n";
    if (options.only_port != 0) text += "ConnectPort " + std::to_string(options.only_port) + "\n";
    return text;
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
    process_.emplace(std::vector<std::string>{program, "-d", "-c", (directory_.path() / "configuration").string()});
    auto const deadline = std::chrono::steady_clock::now() + start_limit;
    while (log().find("Accepting connections") == std::string::npos) {
        if (!process_->running() || std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

} // namespace usaged::test
