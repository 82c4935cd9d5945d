#include "tests/process/installation.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sys/wait.h>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

/// FILE:LINE:COLUMN of the first place in the file that reads `text`.
std::string place_of(std::filesystem::path const& file, std::string const& text)
{
    auto const content = read_file(file);
    auto const at = content.find(text);
    REQUIRE(at != std::string::npos);
    auto const line = 1 + std::count(content.begin(), content.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    auto const column = at - content.rfind('\n', at);
    return file.string() + ':' + std::to_string(line) + ':' + std::to_string(column);
}

} // namespace

TEST_CASE("a bad command line is a usage error")
{
    for (auto const& arguments :
         {Lines{}, Lines{"frobnicate"}, Lines{"fetch", "--frobnicate"}, Lines{"--log-level"},
          Lines{"--log-level", "loud", "check"}, Lines{"check", "--log-format", "xml"},
          Lines{"fetch", "--output", "csv"}, Lines{"fetch", "--dry-run", "--output", "xml"}, Lines{"backfill"},
          Lines{"backfill", "--from", "2026-01-01"}, Lines{"backfill", "--from", "2026-01-32", "--to", "2026-02-01"},
          Lines{"backfill", "--from", "2026-02-01", "--to", "2026-01-01"},
          Lines{"backfill", "--from", "2026-01-01", "--to", "9999-01-01"}, Lines{"backup"}, Lines{"backup", "a", "b"},
          Lines{"replay", "--poll"}, Lines{"replay", "--poll", "0"}, Lines{"replay", "--poll", "many"}}) {
        CAPTURE(arguments.size());
        auto const ended = run_usaged(arguments);
        CHECK(ended.status == 64);
        CHECK(ended.output.empty());
        CHECK_FALSE(ended.log.empty());
    }
}

TEST_CASE("help names every command")
{
    auto const ended = run_usaged({"--help"});
    CHECK(ended.status == 0);
    for (auto const* command : {"run", "fetch", "login", "check", "status", "migrate", "backfill", "replay", "backup"})
        CHECK_FALSE(lines_with(ended.output, "  " + std::string{command}).empty());
    CHECK(run_usaged({"fetch", "--help"}).output.find("--dry-run") != std::string::npos);
}

TEST_CASE("the version comes with those of the libraries")
{
    auto const ended = run_usaged({"--version"});
    CHECK(ended.status == 0);
    CHECK(ended.output.starts_with("usaged "));
    for (auto const* library : {"Boost", "OpenSSL", "SQLite", "simdjson"}) {
        CAPTURE(library);
        CHECK(ended.output.find(library) != std::string::npos);
    }
}

TEST_CASE("errors of the configuration are told all at once, each with its place")
{
    Installation const site{{{"schedule.evry", "24h"}, {"retry.attempts", "many"}}};
    for (auto const* command : {"run", "fetch", "check", "migrate", "replay"}) {
        CAPTURE(command);
        auto const ended = site.usaged({command});
        CHECK(ended.status == 78);
        CAPTURE(ended.log);
        CHECK(ended.log.find(place_of(site.configuration, "evry")) != std::string::npos);
        CHECK(ended.log.find(place_of(site.configuration, "many")) != std::string::npos);
    }
    CHECK_FALSE(std::filesystem::exists(site.database()));
}

TEST_CASE("a configuration that is not there is an error of the configuration")
{
    auto const ended = run_usaged({"--config", "/nonexistent/usaged.yaml", "check"});
    CHECK(ended.status == 78);
    CHECK(ended.log.find("/nonexistent/usaged.yaml") != std::string::npos);
}

TEST_CASE("a secret that others may read is an error of the configuration")
{
    Installation const site;
    auto const file = site.directory.path() / "client_secret";
    std::filesystem::permissions(file, std::filesystem::perms{0644});
    auto const ended = site.fetch();
    CHECK(ended.status == 78);
    CHECK(ended.log.find(file.string()) != std::string::npos);
    CHECK(site.simulator.requests().empty());
}

TEST_CASE("check prints the configuration in force, without secrets and without a side effect")
{
    Installation const site;
    auto const ended = site.usaged({"check"});
    CHECK(ended.status == 0);
    CHECK(ended.output.find(site.simulator.base_url()) != std::string::npos);
    CHECK(ended.output.find("max_shrink: 50%") != std::string::npos);
    for (auto const& secret : site.simulator.secrets()) CHECK(ended.output.find(secret) == std::string::npos);
    CHECK(site.simulator.connections() == 0);
    CHECK(std::filesystem::is_empty(site.state()));
}

TEST_CASE("what check prints is a configuration")
{
    Installation const site;
    auto const first = site.usaged({"check"}).output;
    write_file(site.configuration, first);
    CHECK(site.usaged({"check"}).output == first);
    CHECK(site.fetch().status == 0);
}

TEST_CASE("the exit status of status is that of a monitoring plug-in")
{
    Installation site;
    CHECK(site.usaged({"status"}).status == 3);
    REQUIRE(site.fetch().status == 0);
    CHECK(site.usaged({"status"}).status == 0);
    site.simulator.serve({R"({"totalCount":0,"items":[]})"});
    REQUIRE(site.fetch().status == 0);
    auto const degraded = site.usaged({"status"});
    CHECK(degraded.status == 1);
    CHECK(degraded.output.starts_with("WARNING - "));
    site.simulator.revoke_refresh_tokens();
    REQUIRE(site.fetch().status == 77);
    auto const refused = site.usaged({"status"});
    CHECK(refused.status == 2);
    CHECK(refused.output.starts_with("CRITICAL - "));
}

TEST_CASE("status answers in JSON, also while the daemon runs")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    auto const ended = site.usaged({"status", "--json"});
    CHECK(ended.status == 0);
    simdjson::dom::parser parser;
    auto const status = parser.parse(ended.output);
    CHECK(std::string_view{status["status"]} == "OK");
    auto const dataset = status["datasets"].at(0);
    CHECK(std::string_view{dataset["dataset"]} == "partner_licenses_usage");
    CHECK(std::int64_t{dataset["rows"]} == 5);
    CHECK(std::string_view{dataset["last_poll"]["outcome"]} == "ok");
    CHECK(std::string_view{dataset["data_to"]} == "2017-03-10T00:00:00Z");
}

TEST_CASE("migrate makes the database, and --status only looks")
{
    Installation const site;
    auto const before = site.usaged({"migrate", "--status"});
    CHECK(before.status == 0);
    CHECK(before.output.starts_with("0001_create_poll: pending\n"));
    CHECK_FALSE(std::filesystem::exists(site.database()));
    CHECK(site.usaged({"migrate"}).status == 0);
    CHECK(lines_with(site.usaged({"migrate", "--status"}).output, "pending").empty());
    CHECK(site.query("PRAGMA application_id") == Lines{std::to_string(0x55534744)});
    CHECK(site.stored_rows().empty());
}

TEST_CASE("global options are taken before and after the command")
{
    Installation const site;
    auto const file = site.configuration.string();
    auto const before = run_usaged({"-c", file, "--log-format", "json", "fetch"});
    auto const after = run_usaged({"fetch", "--config", file, "--log-format", "json"});
    CHECK(before.status == 0);
    CHECK(after.status == 0);
    CHECK(before.log.starts_with("{"));
    CHECK(after.log.starts_with("{"));
}

TEST_CASE("a log in JSON is one object a line")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(503));
    site.simulator.script(Endpoint::usage, answer(404));
    auto const ended = site.fetch({"--log-format", "json", "--log-level", "trace"});
    auto const lines = lines_with(ended.log, "");
    CHECK(lines.size() >= 3);
    simdjson::dom::parser parser;
    for (auto const& line : lines) {
        CAPTURE(line);
        auto const object = parser.parse(line);
        for (auto const* field : {"ts", "level", "event", "detail"}) CHECK(object[field].is_string());
    }
    auto const failure = parser.parse(lines.back());
    CHECK(std::string_view{failure["event"]} == "poll_failed");
    CHECK(std::string_view{failure["category"]} == "http");
    CHECK(std::int64_t{failure["http_status"]} == 404);
}

TEST_CASE("--log-level overrides the configuration")
{
    Installation const site{{{"log.level", "error"}}};
    CHECK(site.fetch().log.empty());
    CHECK_FALSE(site.fetch({"--log-level", "info"}).log.empty());
}

TEST_CASE("run and fetch do not start without a credential or the trusted roots that the configuration names")
{
    for (auto const& setting : std::map<std::string, std::string>{{"partner_center.client_secret", "{file: /no/such}"},
                                                                  {"partner_center.refresh_token", "{env: NO_SUCH}"},
                                                                  {"http.ca_file", "/no/such"}}) {
        auto const& key = setting.first;
        CAPTURE(key);
        Installation const site{{setting}};
        for (auto const* command : {"run", "fetch"}) {
            auto const ended = site.usaged({command});
            CHECK(ended.status == 78);
            CHECK(ended.log.find(key) != std::string::npos);
        }
        CHECK_FALSE(std::filesystem::exists(site.database()));
    }
}

TEST_CASE("rows that cannot be written to standard output are no success")
{
    Installation const site;
    std::string const command = USAGED_BINARY " fetch --dry-run --output csv -c ";
    auto const status = std::system((command + site.configuration.string() + " >/dev/full 2>/dev/null").c_str());
    CHECK(WEXITSTATUS(status) == 74);
}

TEST_CASE("a mistyped command is named")
{
    auto const ended = run_usaged({"stauts"});
    CHECK(ended.status == 64);
    CHECK(ended.log.find("stauts") != std::string::npos);
}

TEST_CASE("status without a database is one JSON document too")
{
    Installation const site;
    auto const ended = site.usaged({"status", "--json"});
    CHECK(ended.status == 3);
    simdjson::dom::parser parser;
    CHECK(parser.parse(ended.output)["status"].get_string().value() == "UNKNOWN");
}

} // namespace usaged::test
