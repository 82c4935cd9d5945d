#include "tests/process/installation.h"

#include <doctest/doctest.h>
#include <simdjson.h>

namespace usaged::test {
namespace {

/// The one line of that event in a log in JSON.
simdjson::dom::object event(simdjson::dom::parser& parser, std::string const& log, std::string const& name)
{
    auto const found = lines_with(log, "\"event\":\"" + name + '"');
    CAPTURE(name);
    CAPTURE(log);
    REQUIRE(found.size() == 1);
    return parser.parse(found.front()).get_object();
}

std::vector<std::string> keys(simdjson::dom::object const& object)
{
    std::vector<std::string> names;
    for (auto const& [key, value] : object) names.emplace_back(key);
    return names;
}

std::string text(simdjson::dom::object const& object, std::string_view key)
{
    return std::string{std::string_view{object[key]}};
}

} // namespace

TEST_CASE("every line in JSON begins with time, level, event, category and detail")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(503), 10);
    auto const ended = site.fetch({"--log-format", "json", "--log-level", "trace"});
    simdjson::dom::parser parser;
    for (auto const& line : lines_with(ended.log, "{")) {
        CAPTURE(line);
        auto names = keys(parser.parse(line).get_object());
        REQUIRE(names.size() >= 5);
        names.resize(5);
        CHECK(names == std::vector<std::string>{"ts", "level", "event", "category", "detail"});
    }
}

TEST_CASE("retry and poll_failed say in JSON which request of which poll failed, and how")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(503, {}, R"({"code":"2000","description":"busy"})"), 10);
    auto const ended = site.fetch({"--log-format", "json"});
    simdjson::dom::parser parser;
    auto const failed = event(parser, ended.log, "poll_failed");
    CHECK(text(failed, "category") == "http");
    CHECK(text(failed, "endpoint") == "usage");
    CHECK(text(failed, "api_code") == "2000");
    CHECK(std::int64_t{failed["http_status"]} == 503);
    CHECK(std::int64_t{failed["attempt"]} == 3);
    CHECK(std::int64_t{failed["poll"]} == 1);
    CHECK(site.query("SELECT request_id || ' ' || correlation_id FROM http_call ORDER BY id DESC LIMIT 1") ==
          std::vector{text(failed, "request_id") + " " + text(failed, "correlation_id")});
    auto const retries = lines_with(ended.log, R"("event":"retry")");
    REQUIRE(retries.size() == 2);
    auto const retry = parser.parse(retries.front()).get_object().value();
    CHECK(text(retry, "category") == "http");
    CHECK(text(retry, "dataset") == "partner_licenses_usage");
    CHECK(std::int64_t{retry["poll"]} == 1);
    CHECK(std::int64_t{retry["attempt"]} == 1);
    CHECK(std::int64_t{retry["wait_ms"]} >= 0);
}

TEST_CASE("the life of a service is told in JSON under the names of the manual")
{
    Installation const site{{{"log.format", "json"}}};
    Daemon daemon{site, {}};
    daemon.wait_until_idle();
    auto const ended = daemon.stop();
    for (std::string_view const name : {"started", "token_refreshed", "snapshot_committed", "stopping", "stopped"}) {
        CAPTURE(name);
        CHECK(lines_with(ended.log, "\"event\":\"" + std::string{name} + '"').size() == 1);
    }
}

TEST_CASE("snapshot_committed says in JSON how many rows came of which poll, and how long it took")
{
    Installation site;
    auto const ended = site.fetch({"--log-format", "json"});
    simdjson::dom::parser parser;
    auto const committed = event(parser, ended.log, "snapshot_committed");
    CHECK(committed["category"].is_null());
    CHECK(std::int64_t{committed["rows"]} == 5);
    CHECK(std::int64_t{committed["duration_ms"]} >= 0);
    CHECK(std::int64_t{committed["poll"]} == 1);
    auto const token = event(parser, ended.log, "token_refreshed");
    CHECK(text(token, "endpoint") == "token");
}

} // namespace usaged::test
