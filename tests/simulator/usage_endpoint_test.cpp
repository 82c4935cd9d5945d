#include "tests/simulator/simulated_client.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <functional>

namespace usaged::test {
namespace {

using Headers = std::map<std::string, std::string>;

struct BadHeaders {
    char const* what;
    std::function<void(Headers&)> change;
    int status;
    char const* code;
};

std::vector<BadHeaders> bad_headers()
{
    return {
        {"no bearer", [](Headers& headers) { headers.erase("Authorization"); }, 401, "800001"},
        {"unknown bearer", [](Headers& headers) { headers["Authorization"] += 'x'; }, 401, "400"},
        {"other scheme", [](Headers& headers) { headers["Authorization"].replace(0, 6, "Basic"); }, 401, "400"},
        {"no Accept", [](Headers& headers) { headers.erase("Accept"); }, 400, "2000"},
        {"upper-case id", [](Headers& headers) { headers["MS-RequestId"].replace(0, 1, "A"); }, 400, "2000"},
        {"braces", [](Headers& headers) { headers["MS-CorrelationId"] = "{" + random_guid() + "}"; }, 400, "2000"},
        {"other version", [](Headers& headers) { headers["MS-Contract-Version"] = "v2"; }, 400, "2000"},
        {"other host", [](Headers& headers) { headers["Host"] = "example.com"; }, 421, "2000"},
        {"no host", [](Headers& headers) { headers.erase("Host"); }, 400, "2000"},
    };
}

} // namespace

TEST_CASE("the first answer is the documented one, byte for byte")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const headers = client.usage_headers(client.access_token());
    auto const answer = client.ask(client.usage_request(headers));
    CHECK(answer.status == 200);
    CHECK(answer.body == read_file(std::filesystem::path{USAGED_TEST_DATA} / "partner-usage.wire.bin"));
    CHECK(answer.header("Content-Length") == "1156");
    CHECK(answer.header("Content-Type") == "application/json; charset=utf-8");
    CHECK(answer.header("MS-RequestId") == headers.at("MS-RequestId"));
    CHECK(answer.header("MS-CorrelationId") == headers.at("MS-CorrelationId"));
    for (auto const* const name : {"MS-CV", "MS-ServerId", "Request-Context", "Date"}) {
        CAPTURE(name);
        CHECK_FALSE(answer.header(name).empty());
    }
}

TEST_CASE("the usage endpoint refuses bad requests")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    for (auto const& bad : bad_headers()) {
        CAPTURE(bad.what);
        auto headers = client.usage_headers(token);
        bad.change(headers);
        auto const answer = client.ask(client.usage_request(headers));
        CHECK(answer.status == bad.status);
        CHECK(text_field(answer.body, "code") == bad.code);
    }
}

TEST_CASE("there are no other paths, methods or queries")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const good = client.usage_request(client.access_token());
    auto other_path = good;
    CHECK(client.ask(other_path.replace(other_path.find("/usage"), 6, "/other")).status == 404);
    auto other_method = good;
    CHECK(client.ask(other_method.replace(0, 3, "PUT")).status == 405);
    auto query = good;
    CHECK(client.ask(query.insert(query.find(" HTTP"), "?top=1")).status == 400);
}

TEST_CASE("a correlation id may be used once")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const request = client.usage_request(client.access_token());
    CHECK(client.ask(request).status == 200);
    CHECK(client.ask(request).status == 400);
}

TEST_CASE("access tokens expire by the simulator's clock")
{
    SimulatorOptions options;
    options.expires_in = std::chrono::hours{1};
    Simulator simulator{options};
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    simulator.advance_clock(std::chrono::minutes{50});
    CHECK(client.ask(client.usage_request(token)).status == 200);
    simulator.advance_clock(std::chrono::minutes{10});
    CHECK(client.ask(client.usage_request(token)).status == 401);
}

TEST_CASE("revoked access tokens are refused")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    simulator.revoke_access_tokens();
    CHECK(client.ask(client.usage_request(token)).status == 401);
    CHECK(client.ask(client.usage_request(client.access_token())).status == 200);
}

TEST_CASE("the data moves on when told to, or with every answer")
{
    SimulatorOptions options;
    options.advance_per_request = true;
    Simulator simulator{options};
    SimulatedClient const client{simulator};
    auto const token = client.access_token();
    simulator.advance(3);
    CHECK(client.ask(client.usage_request(token)).body == usage_body(simulator.series().rows(3)));
    CHECK(client.ask(client.usage_request(token)).body == usage_body(simulator.series().rows(4)));
    CHECK(simulator.step() == 5);
}

TEST_CASE("a following page needs the token that belongs to it")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    auto const rows = many_usage_rows(5, std::chrono::sys_days{std::chrono::year{2020} / 1 / 1});
    auto const pages = usage_pages(rows, 3);
    simulator.serve(pages);
    auto const token = client.access_token();
    CHECK(client.ask(client.usage_request(token)).body == pages[0]);
    auto headers = client.usage_headers(token);
    CHECK(client.ask(client.usage_request(headers, "?page=2")).status == 400);
    headers = client.usage_headers(token);
    headers["MS-ContinuationToken"] = continuation_token(2);
    CHECK(client.ask(client.usage_request(headers, "?page=2")).body == pages[1]);
}

} // namespace usaged::test
