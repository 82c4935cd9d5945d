#include "tests/process/prometheus.h"

#include "tests/support/free_port.h"
#include "tests/support/tcp_client.h"

#include <simdjson.h>

#include <chrono>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace usaged::test {
namespace {

constexpr char const* program = "/usr/bin/prometheus";

std::vector<std::string> command(std::filesystem::path const& directory, std::uint16_t target, std::uint16_t port)
{
    auto const configuration = directory / "prometheus.yml";
    write_file(configuration, "global: {scrape_interval: 200ms}\n"
                              "scrape_configs:\n"
                              "  - {job_name: usaged, static_configs: [{targets: ['127.0.0.1:" +
                                  std::to_string(target) + "']}]}\n");
    return {program, "--config.file=" + configuration.string(), "--storage.tsdb.path=" + (directory / "data").string(),
            "--web.listen-address=127.0.0.1:" + std::to_string(port)};
}

std::string url_encoded(std::string const& text)
{
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        (out += '%').append({digits[byte >> 4U], digits[byte & 15U]});
    }
    return out;
}

} // namespace

bool Prometheus::installed()
{
    return ::access(program, X_OK) == 0;
}

Prometheus::Prometheus(std::uint16_t target) : port_{free_port()}, process_{command(directory_.path(), target, port_)}
{
}

double Prometheus::wait_for(std::string const& query, bool (*accept)(double)) const
{
    auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (std::chrono::steady_clock::now() < deadline) {
        auto const found = value(query);
        if (found && accept(*found)) return *found;
        std::this_thread::sleep_for(std::chrono::milliseconds{20}); // it is another program: nothing tells us
    }
    throw std::runtime_error{"Prometheus does not get at " + query};
}

std::optional<double> Prometheus::value(std::string const& query) const
{
    try {
        auto const answer = ask(port_, "GET /api/v1/query?query=" + url_encoded(query) +
                                           " HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
        auto const body = answer.find("\r\n\r\n");
        if (body == std::string::npos) return std::nullopt;
        simdjson::dom::parser parser;
        std::string_view text;
        if (parser.parse(answer.substr(body + 4)).at_pointer("/data/result/0/value/1").get(text) != simdjson::SUCCESS)
            return std::nullopt;
        return std::stod(std::string{text});
    } catch (std::system_error const&) {
        return std::nullopt; // it does not listen yet
    }
}

} // namespace usaged::test
