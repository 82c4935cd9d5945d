#include "tests/benchmark/page_server.h"

#include "tests/benchmark/commercial_rows.h"
#include "tests/simulator/form.h"
#include "tests/simulator/simulator.h"
#include "tests/support/temp_dir.h"

#include <array>
#include <cstdio>
#include <exception>
#include <fcntl.h>
#include <sstream>
#include <stdexcept>
#include <sys/wait.h>
#include <unistd.h>

namespace usaged::test {

namespace {

constexpr std::size_t rows_of_a_customer = 33;

std::string token_form_of(Simulator const& simulator)
{
    return to_form({{"grant_type", "refresh_token"},
                    {"client_id", simulator.client_id()},
                    {"client_secret", simulator.client_secret()},
                    {"refresh_token", simulator.seed_refresh_token()},
                    {"scope", "https://api.partnercenter.microsoft.com/user_impersonation offline_access"}});
}

/// Serves until `stop` ends, after it has said through `ready` how to reach it.
void serve(ServedPages const& served, std::filesystem::path const& directory, int ready, int stop)
{
    SimulatorOptions options;
    options.gzip = served.gzip;
    Simulator simulator{options};
    simulator.serve(Endpoint::licenses_usage,
                    commercial_pages(served.rows, served.page_rows, served.rows / rows_of_a_customer + 1));
    simulator.configuration(
        directory, {{"datasets", "[licenses_usage]"}, {"http.response_timeout", "60s"}, {"log.level", "error"}});
    auto const text = std::to_string(simulator.port()) + " /" + simulator.tenant() + "/oauth2/v2.0/token " +
                      token_form_of(simulator) + '\n';
    if (::write(ready, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
        throw std::runtime_error{"the pipe to the benchmark broke"};
    ::close(ready);
    char byte = 0;
    while (::read(stop, &byte, 1) > 0) {
    }
}

int serve_as_child(ServedPages const& served, std::filesystem::path const& directory, int ready, int stop)
{
    try {
        serve(served, directory, ready, stop);
        return 0;
    } catch (std::exception const& error) {
        std::fprintf(stderr, "the page server: %s\n", error.what());
        return 1;
    }
}

std::string read_line(int pipe)
{
    std::string line;
    std::array<char, 4096> buffer{};
    for (auto count = ::read(pipe, buffer.data(), buffer.size()); count > 0;
         count = ::read(pipe, buffer.data(), buffer.size()))
        line.append(buffer.data(), static_cast<std::size_t>(count));
    return line;
}

} // namespace

PageServer::PageServer(ServedPages const& pages, std::filesystem::path const& directory) : directory_{directory}
{
    std::array<int, 2> ready{};
    std::array<int, 2> stop{};
    if (::pipe2(ready.data(), O_CLOEXEC) != 0 || ::pipe2(stop.data(), O_CLOEXEC) != 0)
        throw std::runtime_error{"no pipe"};
    std::fflush(nullptr);
    id_ = ::fork();
    if (id_ < 0) throw std::runtime_error{"no child process"};
    if (id_ == 0) {
        ::close(ready[0]);
        ::close(stop[1]);
        ::_exit(serve_as_child(pages, directory, ready[1], stop[0]));
    }
    ::close(ready[1]);
    ::close(stop[0]);
    stop_ = stop[1];
    std::istringstream line{read_line(ready[0])};
    ::close(ready[0]);
    line >> port_ >> token_path_ >> token_form_;
    if (!line) throw std::runtime_error{"the page server did not start"};
}

PageServer::~PageServer()
{
    ::close(stop_);
    ::waitpid(id_, nullptr, 0);
}

} // namespace usaged::test
