#include "tests/process/installation.h"
#include "tests/process/json_shape.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <csignal>

namespace usaged::test {
namespace {

std::string const schema = read_file(USAGED_SOURCE_DIR "/config/status.schema.json");

std::string status(Installation const& site)
{
    return site.usaged({"status"}).output;
}

std::string status_json(Installation const& site)
{
    auto const output = site.usaged({"status", "--json"}).output;
    CAPTURE(output);
    CHECK(misfits(schema, output) == std::vector<std::string>{});
    return output;
}

/// The line of a text that begins, after spaces, with a name; empty if there is none.
std::string line_of(std::string const& text, std::string const& name)
{
    auto const at = text.find("\n  " + name);
    return at == std::string::npos ? std::string{} : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
}

} // namespace

TEST_CASE("status of a dataset that is well is short and names no error")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    auto const text = status(site);
    CAPTURE(text);
    CHECK(text.starts_with("OK - 1 dataset up to date\npartner_licenses_usage: OK\n"));
    CHECK(line_of(text, "last poll").ends_with(" ago), ok, 5 rows"));
    CHECK(line_of(text, "data").starts_with("  data          up to 2017-03-10T00:00:00Z, "));
    CHECK(line_of(text, "rows") == "  rows          5");
    CHECK(line_of(text, "next poll").ends_with("h), when usaged runs"));
    CHECK(line_of(text, "process") == "  process       not running");
    CHECK(line_of(text, "refresh token").ends_with(" s old"));
    for (auto const* none : {"error", "degraded", "left out", "last success"}) CHECK(line_of(text, none).empty());
}

TEST_CASE("status of a dataset that fails says what happened, since when, with which ids, and what to do")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    for (int i = 0; i < 3; ++i) {
        site.simulator.script(Endpoint::usage, answer(403));
        REQUIRE(site.fetch().status == 77);
    }
    auto const text = status(site);
    CAPTURE(text);
    CHECK(text.starts_with("CRITICAL - partner_licenses_usage: the last poll failed (auth): "));
    CHECK(line_of(text, "last poll").ends_with(", failed (auth)"));
    CHECK(line_of(text, "last success").ends_with(", ok, 5 rows"));
    CHECK(text.find("3 polls in a row have failed, the first 20") != std::string::npos);
    auto const ids =
        site.query("SELECT request_id, correlation_id, (SELECT error_remedy FROM poll ORDER BY id DESC LIMIT 1)"
                   " FROM http_call WHERE status = 403 ORDER BY id DESC LIMIT 1");
    REQUIRE(ids.size() == 1);
    auto const first = ids[0].find('|');
    auto const second = ids[0].find('|', first + 1);
    CHECK(text.find("request id " + ids[0].substr(0, first) + "\n") != std::string::npos);
    CHECK(text.find("correlation id " + ids[0].substr(first + 1, second - first - 1) + "\n") != std::string::npos);
    REQUIRE(second + 1 < ids[0].size());
    CHECK(text.find("To do: " + ids[0].substr(second + 1) + "\n") != std::string::npos);
}

TEST_CASE("an error that is over is not shown as if it were not")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(404));
    REQUIRE(site.fetch().status == 69);
    REQUIRE(site.fetch().status == 0);
    auto const text = status(site);
    CHECK(text.starts_with("OK - "));
    CHECK(line_of(text, "error").empty());
    CHECK(line_of(text, "last error").ends_with(" ago), http, over since the next success"));
}

TEST_CASE("whatever the database holds, status prints no control character of it")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(404));
    REQUIRE(site.fetch().status == 69);
    execute(site.database(), "UPDATE poll SET error_message = 'a' || char(27) || char(10) || 'OK - all well',"
                             " error_remedy = char(27) || '[2J'");
    auto const text = status(site);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("\nOK") == std::string::npos);
}

TEST_CASE("status says why a poll is degraded")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.serve({R"({"totalCount":0,"items":[]})"});
    REQUIRE(site.fetch().status == 0);
    auto const text = status(site);
    CHECK(text.starts_with("WARNING - partner_licenses_usage: the last poll is degraded: "));
    CHECK_FALSE(line_of(text, "degraded").empty());
}

TEST_CASE("status names the process of the daemon while it runs, and when it was killed says that it does not")
{
    Installation const site;
    {
        Daemon daemon{site};
        daemon.wait_until_idle();
        CHECK(line_of(status(site), "process") == "  process       " + std::to_string(daemon.process.pid()));
        CHECK(line_of(status(site), "next poll").ends_with(" h)"));
        daemon.process.signal(SIGKILL);
        daemon.process.wait();
    }
    CHECK(line_of(status(site), "process") == "  process       not running");
}

TEST_CASE("looking does not keep usaged from starting")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    auto const before = read_file(site.state() / "lock");
    status(site);
    CHECK(read_file(site.state() / "lock") == before);
}

TEST_CASE("what status prints in JSON has the shape that its schema says, whatever the state")
{
    Installation site;
    CHECK(status_json(site).find("\"status\":\"UNKNOWN\"") != std::string::npos); // there is no database
    REQUIRE(site.usaged({"migrate"}).status == 0);
    status_json(site); // no poll
    REQUIRE(site.fetch().status == 0);
    status_json(site);
    site.simulator.script(Endpoint::usage, answer(404));
    REQUIRE(site.fetch().status == 69);
    auto const failing = status_json(site);
    CHECK(failing.find("\"failures\":1,\"failing_since\":\"20") != std::string::npos);
    CHECK(failing.find("\"request_id\":\"") != std::string::npos);
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    Daemon daemon{site};
    daemon.process.signal(SIGUSR1);
    site.simulator.wait_for_requests(Endpoint::usage, 3);
    auto const in_hand = status_json(site);
    CHECK(in_hand.find("\"outcome\":null") != std::string::npos);
    CHECK(in_hand.find("\"process\":" + std::to_string(daemon.process.pid())) != std::string::npos);
}

TEST_CASE("what does not have the shape of the schema is noticed")
{
    std::string const fine = R"({"status":"UNKNOWN","version":"1","checked_at":"x","reason":"r","remedy":null})";
    CHECK(misfits(schema, fine).empty());
    for (auto const* wrong :
         {R"({"status":"unknown","version":"1","checked_at":"x","reason":"r","remedy":null})",
          R"({"status":"UNKNOWN","version":1,"checked_at":"x","reason":"r","remedy":null})",
          R"({"status":"UNKNOWN","version":"1","checked_at":"x","reason":"r"})",
          R"({"status":"UNKNOWN","version":"1","checked_at":"x","reason":"r","remedy":null,"a":1})"}) {
        CAPTURE(wrong);
        CHECK_FALSE(misfits(schema, wrong).empty());
    }
}

} // namespace usaged::test
