#include "tests/simulator/simulated_client.h"
#include "tests/simulator/simulator.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

namespace usaged::test {
namespace {

/// What comes for one good request for usage data, and how it ends.
ReceivedBytes all_that_comes(Simulator const& simulator)
{
    SimulatedClient const says{simulator};
    auto const token = says.access_token();
    TlsClient client{simulator.port(), simulator.ca_pem()};
    client.send(says.usage_request(token));
    return client.read_to_end();
}

std::size_t occurrences(std::string const& text, std::string const& part)
{
    std::size_t count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
    return count;
}

} // namespace

TEST_CASE("a connection serves several requests, and closes when the client asks for it")
{
    Simulator const simulator;
    SimulatedClient const says{simulator};
    auto const token = says.access_token();
    TlsClient client{simulator.port(), simulator.ca_pem()};
    client.send(says.usage_request(token));
    CHECK(client.read_answer().status == 200);
    auto headers = says.usage_headers(token);
    headers["Connection"] = "close";
    client.send(says.usage_request(headers));
    CHECK(client.read_answer().header("Connection") == "close");
    CHECK(client.read_to_end().close_notify);
    CHECK(simulator.connections() == 2);
}

TEST_CASE("a scripted fault is consumed by one request to its endpoint")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    simulator.script(Endpoint::usage, answer(503, {{"Retry-After", "7"}}, "busy"));
    auto const token = client.access_token();
    auto const failed = client.ask(client.usage_request(token));
    CHECK(failed.status == 503);
    CHECK(failed.header("Retry-After") == "7");
    CHECK(failed.body == "busy");
    CHECK(client.ask(client.usage_request(token)).status == 200);
}

TEST_CASE("faults come in the order of the script, after the regular answers in it")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    simulator.script(Endpoint::usage, regular());
    simulator.script(Endpoint::usage, redirect("https://example.com/"), 2);
    auto const token = client.access_token();
    for (auto const status : {200, 302, 302, 200}) CHECK(client.ask(client.usage_request(token)).status == status);
    simulator.script(Endpoint::usage, redirect("https://example.com/"));
    simulator.clear_script();
    CHECK(client.ask(client.usage_request(token)).status == 200);
}

TEST_CASE("an answer may be cut anywhere and end in every way")
{
    Simulator simulator;
    for (auto const ending : {Ending::close_notify, Ending::close, Ending::reset})
        for (auto const size : {0U, 20U, 700U}) {
            CAPTURE(ending);
            CAPTURE(size);
            simulator.script(Endpoint::usage, cut_after(size, ending));
            auto const received = all_that_comes(simulator);
            CHECK(received.close_notify == (ending == Ending::close_notify));
            // What was sent just before a reset may be lost.
            if (ending != Ending::reset) CHECK(received.bytes.size() == size);
        }
}

TEST_CASE("any bytes can stand for an answer")
{
    Simulator simulator;
    std::string const garbage{"\0\xFF not HTTP", 11};
    simulator.script(Endpoint::usage, raw(garbage));
    auto const received = all_that_comes(simulator);
    CHECK(received.bytes == garbage);
    CHECK(received.close_notify);
}

TEST_CASE("a trickled answer arrives whole")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    simulator.script(Endpoint::usage, trickle(std::chrono::milliseconds{1}));
    CHECK(client.ask(client.usage_request(token)).body == usage_body(simulator.series().rows(0)));
}

TEST_CASE("a stalled answer ends with the simulator")
{
    Simulator simulator;
    SimulatedClient const says{simulator};
    auto const token = says.access_token();
    simulator.script(Endpoint::usage, cut_after(30, Ending::stall));
    TlsClient client{simulator.port(), simulator.ca_pem()};
    client.send(says.usage_request(token));
    simulator.wait_for_requests(Endpoint::usage, 1);
    simulator.go_down();
    CHECK_FALSE(client.read_to_end().close_notify);
}

TEST_CASE("a connection can fail before TLS, the next one passes")
{
    Simulator simulator;
    auto const connect = [&] { TlsClient const client{simulator.port(), simulator.ca_pem()}; };
    for (auto const fault : {ConnectionFault::close, ConnectionFault::reset, ConnectionFault::plain_text}) {
        CAPTURE(fault);
        simulator.script_connection(fault);
        CHECK_THROWS_WITH_AS(connect(), "the TLS handshake failed", std::runtime_error);
        CHECK_NOTHROW(connect());
    }
}

TEST_CASE("the server can be given a certificate that nobody should trust")
{
    SimulatorOptions expired;
    expired.certificate.ip_addresses = {"127.0.0.1"};
    expired.certificate.valid_until = std::chrono::seconds{-60};
    SimulatorOptions other_name;
    other_name.certificate.dns_names = {"example.com"};
    for (auto const& options : {expired, other_name}) {
        Simulator const simulator{options};
        auto const connect = [&] { TlsClient const client{simulator.port(), simulator.ca_pem()}; };
        CHECK_THROWS_WITH_AS(connect(), "the TLS handshake failed", std::runtime_error);
        CHECK(simulator.requests().empty());
    }
}

TEST_CASE("the simulator can go down and come back on the same port with the same tokens")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    simulator.go_down();
    CHECK_THROWS_WITH_AS(client.ask("x"), "connection refused", std::runtime_error);
    simulator.come_back();
    CHECK(client.ask(client.usage_request(token)).status == 200);
}

TEST_CASE("requests are recorded in order with all that they held")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    client.ask(client.usage_request(token));
    simulator.wait_for_requests(2);
    auto const seen = simulator.requests();
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].method == "POST");
    CHECK(seen[0].body.starts_with("client_id="));
    CHECK(seen[1].target == "/v1/analytics/licenses/usage");
    CHECK(seen[1].value("authorization") == "Bearer " + token);
    CHECK(seen[1].connection == 2);
    CHECK(simulator.requests(Endpoint::usage).size() == 1);
}

TEST_CASE("waiting for requests that do not come ends with an error")
{
    Simulator const simulator;
    auto const limit = std::chrono::seconds{0};
    CHECK_THROWS_WITH_AS(simulator.wait_for_requests(1, limit), "the simulator saw 0 of 1 requests",
                         std::runtime_error);
}

TEST_CASE("the secrets are the client secret, the seed, and every token handed out")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const reply = client.ask(client.token_request(client.token_form(simulator.seed_refresh_token())));
    auto const secrets = simulator.secrets();
    for (auto const& secret : {simulator.client_secret(), simulator.seed_refresh_token(),
                               text_field(reply.body, "access_token"), text_field(reply.body, "refresh_token")}) {
        CAPTURE(secret);
        CHECK(std::count(secrets.begin(), secrets.end(), secret) == 1);
    }
}

TEST_CASE("the configuration names files that are there, the secrets private")
{
    TempDir const directory;
    Simulator const simulator;
    auto const file = simulator.configuration(directory.path());
    CHECK(read_file(directory.path() / "ca.pem") == simulator.ca_pem());
    CHECK(read_file(file).find("base_url: " + simulator.base_url()) != std::string::npos);
    for (auto const* const name : {"client_secret", "refresh_token"}) {
        CAPTURE(name);
        CHECK(std::filesystem::status(directory.path() / name).permissions() == std::filesystem::perms{0600});
    }
    CHECK(read_file(directory.path() / "client_secret") == simulator.client_secret() + '\n');
    CHECK(std::filesystem::is_directory(directory.path() / "state"));
}

TEST_CASE("overrides replace, add and remove values of the configuration")
{
    TempDir const directory;
    Simulator const simulator;
    auto const yaml = read_file(simulator.configuration(
        directory.path(), {{"schedule.every", "50ms"}, {"schedule.jitter", ""}, {"log.format", "json"}}));
    CHECK(yaml.find("schedule:\n  every: 50ms\n") != std::string::npos);
    CHECK(yaml.find("jitter") == std::string::npos);
    CHECK(yaml.find("log:\n  format: json\n") != std::string::npos);
    CHECK(occurrences(yaml, "schedule:") == 1);
}

} // namespace usaged::test
