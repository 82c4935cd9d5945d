#include "tests/process/installation.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <csignal>
#include <set>

namespace usaged::test {
namespace {

/// The `wait_ms` of the `retry` lines of a log in JSON.
std::vector<std::int64_t> waits(std::string const& log)
{
    std::vector<std::int64_t> found;
    simdjson::dom::parser parser;
    for (auto const& line : lines_with(log, R"("event":"retry")")) found.push_back(parser.parse(line)["wait_ms"]);
    return found;
}

std::string past_date()
{
    return http_date(std::chrono::system_clock::now() - std::chrono::hours{1});
}

} // namespace

TEST_CASE("a fault of the service that passes costs one retry line")
{
    for (int const status : {408, 500, 502, 503, 504}) {
        CAPTURE(status);
        Installation site;
        site.simulator.script(Endpoint::usage, answer(status));
        auto const ended = site.fetch();
        CHECK(ended.status == 0);
        CHECK(lines_with(ended.log, " retry ").size() == 1);
        CHECK(lines_with(ended.log, " error ").empty());
        CHECK(site.stored_rows().size() == 5);
    }
}

TEST_CASE("a fault of the service that lasts ends after the configured tries")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(503, {}, "<html>busy</html>"), 10);
    auto const ended = site.fetch();
    CHECK(ended.status == 69);
    CHECK(lines_with(ended.log, " retry ").size() == 2);
    CHECK(lines_with(ended.log, "poll_failed").size() == 1);
    CHECK(ended.log.find("busy") == std::string::npos);
    CHECK(site.simulator.requests(Endpoint::usage).size() == 3);
    CHECK(site.query("SELECT status FROM http_call WHERE method = 'GET'") == std::vector<std::string>(3, "503"));
}

TEST_CASE("a request waits as long as Retry-After says")
{
    struct Case {
        int answered;
        std::vector<Header> headers;
        int least;
    };
    std::vector<Header> const dates{{"Date", "Tue, 21 Jul 2026 04:10:58 GMT"},
                                    {"Retry-After", "Tue, 21 Jul 2026 04:10:59 GMT"}};
    for (auto const& each : {Case{429, {{"Retry-After", "0"}}, 0}, Case{429, {{"Retry-After", "1"}}, 1000},
                             Case{503, {{"Retry-After", "1"}}, 1000}, Case{429, dates, 1000}}) {
        CAPTURE(each.answered);
        CAPTURE(each.headers.back().value);
        Installation site;
        site.simulator.script(Endpoint::usage, answer(each.answered, each.headers));
        auto const ended = site.fetch({"--log-format", "json"});
        CHECK(ended.status == 0);
        auto const waited = waits(ended.log);
        REQUIRE(waited.size() == 1);
        CHECK(waited.front() >= each.least);
        CHECK(waited.front() <= each.least + 100);
    }
}

TEST_CASE("a Retry-After that says nothing leaves the back-off")
{
    for (auto const& value : {std::string{"-5"}, std::string{"soon"}, std::string{}, past_date()}) {
        CAPTURE(value);
        Installation site;
        site.simulator.script(Endpoint::usage, answer(429, {{"Retry-After", value}}));
        auto const ended = site.fetch({"--log-format", "json"});
        CHECK(ended.status == 0);
        auto const waited = waits(ended.log);
        REQUIRE(waited.size() == 1);
        CHECK(waited.front() <= 10);
    }
}

TEST_CASE("a Retry-After beyond the limit ends the fetch at once")
{
    struct Case {
        int answered;
        std::string retry_after;
        int status;
    };
    for (auto const& each : {Case{429, "100000", 75}, Case{503, "100000", 69}, Case{429, "99999999999999999999", 75}}) {
        CAPTURE(each.answered);
        CAPTURE(each.retry_after);
        Installation site;
        site.simulator.script(Endpoint::usage, answer(each.answered, {{"Retry-After", each.retry_after}}), 2);
        CHECK(site.fetch().status == each.status);
        CHECK(site.simulator.requests(Endpoint::usage).size() == 1);
    }
}

TEST_CASE("run keeps away for as long as the server asks")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(429, {{"Retry-After", "7200"}}));
    Daemon daemon{site};
    daemon.process.wait_for_log("poll_failed");
    daemon.wait_until_idle();
    auto const hours = site.query("SELECT retry_after / 3600 FROM poll");
    CHECK(hours == std::vector<std::string>{"2"});
    CHECK(daemon.stop().status == 0);
    CHECK(site.simulator.requests(Endpoint::usage).size() == 1);
}

TEST_CASE("run polls again after the time asked for, if that is over the limit of a poll")
{
    Installation site{{{"retry.max_retry_after", "0s"}, {"retry.failed_poll", "{initial: 1ms, max: 1ms}"}}};
    site.simulator.script(Endpoint::usage, answer(429, {{"Retry-After", "1"}}));
    Daemon daemon{site};
    daemon.process.wait_for_log("snapshot_committed");
    CHECK(site.polls() == std::vector<std::string>{"startup|failed|throttled", "startup|ok|"});
    CHECK(site.query("SELECT 86400 * (julianday(max(started_at)) - julianday(min(finished_at))) > 0.999 FROM poll") ==
          std::vector<std::string>{"1"});
}

TEST_CASE("a restart after a refusal asks no earlier than the next try of the failed poll")
{
    for (auto const endpoint : {Endpoint::usage, Endpoint::token}) {
        Installation site{{{"retry.failed_poll", "{initial: 1h, max: 2h}"}}};
        site.simulator.script(endpoint, answer(403), 2);
        {
            Daemon first{site};
            first.process.wait_for_log("poll_failed");
            CHECK(first.stop().status == 0);
        }
        auto const requests = site.simulator.requests().size();
        Daemon second{site};
        second.wait_until_idle();
        CHECK(second.stop().status == 0);
        CHECK(site.simulator.requests().size() == requests);
        CHECK(site.polls() == std::vector<std::string>{"startup|failed|auth"});
    }
}

TEST_CASE("a restart in the middle of a wait that the server asked for asks no earlier")
{
    struct Case {
        int signal;
        std::string poll;
    };
    for (auto const& each : {Case{SIGTERM, "startup|failed|stopped"}, Case{SIGKILL, "startup|failed|interrupted"}}) {
        CAPTURE(each.poll);
        Installation site;
        site.simulator.script(Endpoint::usage, answer(429, {{"Retry-After", "600"}}));
        {
            Daemon first{site};
            first.process.wait_for_log(" retry ");
            first.process.signal(each.signal);
            first.process.wait();
        }
        auto const requests = site.simulator.requests().size();
        Daemon second{site};
        second.wait_until_idle();
        CHECK(second.stop().status == 0);
        CHECK(site.simulator.requests().size() == requests);
        CHECK(site.polls() == std::vector<std::string>{each.poll});
    }
}

TEST_CASE("a status that repetition does not help is final")
{
    for (int const status : {201, 204, 205, 206, 301, 302, 303, 304, 307, 308, 400, 404, 409, 410, 418}) {
        CAPTURE(status);
        Installation site;
        site.simulator.script(Endpoint::usage, answer(status, {{"Location", site.simulator.base_url() +
                                                                                "/v1/analytics/licenses/usage"}}));
        auto const ended = site.fetch();
        CHECK(ended.status == 69);
        CHECK(lines_with(ended.log, std::to_string(status)).size() == 1);
        CHECK(site.simulator.requests(Endpoint::usage).size() == 1);
        CHECK(site.stored_rows().empty());
    }
}

TEST_CASE("a redirect of the token endpoint is not followed")
{
    Installation site;
    site.simulator.script(Endpoint::token, redirect(site.simulator.base_url() + "/elsewhere", 307));
    CHECK(site.fetch().status == 69);
    CHECK(site.simulator.requests().size() == 1);
}

TEST_CASE("a fault of the token endpoint that passes costs one retry line")
{
    std::vector<Fault> const faults{answer(429), answer(500, {}, "<html></html>"), answer(503, {{"Retry-After", "0"}}),
                                    no_answer(Ending::reset), cut_after(200, Ending::close)};
    for (std::size_t i = 0; i < faults.size(); ++i) {
        CAPTURE(i);
        Installation site;
        site.simulator.script(Endpoint::token, faults[i]);
        auto const ended = site.fetch();
        CHECK(ended.status == 0);
        auto const retries = lines_with(ended.log, " retry ");
        REQUIRE(retries.size() == 1);
        CHECK(retries.front().find("endpoint=token") != std::string::npos);
        CHECK(site.simulator.requests(Endpoint::token).size() == 2);
        CHECK(site.stored_rows().size() == 5);
    }
}

TEST_CASE("a fault of the token endpoint that lasts ends the fetch without asking the API")
{
    struct Case {
        Fault fault;
        int status;
        std::size_t requests;
    };
    std::vector<Case> const cases{{answer(429), 75, 3},
                                  {answer(429, {{"Retry-After", "86400"}}), 75, 1},
                                  {answer(502), 69, 3},
                                  {no_answer(Ending::reset), 69, 3},
                                  {answer(200, {}, "<html>Sign in</html>"), 76, 1},
                                  {raw("SSH-2.0-OpenSSH_9.2\r\n"), 76, 1},
                                  {answer(400, {}, R"({"error":"invalid_grant"})"), 77, 1}};
    for (std::size_t i = 0; i < cases.size(); ++i) {
        CAPTURE(i);
        Installation site;
        site.simulator.script(Endpoint::token, cases[i].fault, 10);
        CHECK(site.fetch().status == cases[i].status);
        CHECK(site.simulator.requests(Endpoint::token).size() == cases[i].requests);
        CHECK(site.simulator.requests(Endpoint::usage).empty());
    }
}

TEST_CASE("connections that break are tried again")
{
    std::vector<Fault> const faults{cut_after(1, Ending::reset), cut_after(30, Ending::close_notify),
                                    cut_after(700, Ending::close), cut_after(700, Ending::reset)};
    for (std::size_t i = 0; i < faults.size(); ++i) {
        CAPTURE(i);
        Installation site;
        site.simulator.script(Endpoint::usage, faults[i]);
        auto const ended = site.fetch();
        CHECK(ended.status == 0);
        CHECK(lines_with(ended.log, " retry ").size() == 1);
        CHECK(lines_with(ended.log, "category=network").size() == 1);
        CHECK(site.stored_rows().size() == 5);
    }
}

TEST_CASE("a kept connection that the server closed costs nothing")
{
    Installation site;
    site.simulator.script(Endpoint::usage, no_answer(Ending::close_notify));
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.log, " retry ").empty());
    CHECK(site.simulator.connections() == 2);
}

TEST_CASE("a retry after silence repeats the request id, one after an answer does not")
{
    Installation site;
    site.simulator.script(Endpoint::usage, cut_after(1, Ending::reset));
    site.simulator.script(Endpoint::usage, answer(503));
    REQUIRE(site.fetch().status == 0);
    auto const requests = site.simulator.requests(Endpoint::usage);
    REQUIRE(requests.size() == 3);
    CHECK(requests[0].value("MS-RequestId") == requests[1].value("MS-RequestId"));
    CHECK(requests[1].value("MS-RequestId") != requests[2].value("MS-RequestId"));
    std::set<std::string> correlation_ids;
    for (auto const& request : requests) correlation_ids.insert(request.value("MS-CorrelationId"));
    CHECK(correlation_ids.size() == requests.size());
}

TEST_CASE("a service that is down fails the fetch as a fault of the network")
{
    Installation site;
    site.simulator.go_down();
    auto const ended = site.fetch();
    CHECK(ended.status == 69);
    CHECK(lines_with(ended.log, " retry ").size() == 2);
    auto const errors = lines_with(ended.log, " error ");
    REQUIRE(errors.size() == 1);
    CHECK(errors.front().find("category=network") != std::string::npos);
}

TEST_CASE("a server with a certificate of another authority is not trusted")
{
    Installation site;
    Simulator const stranger;
    write_file(site.directory.path() / "ca.pem", stranger.ca_pem());
    auto const ended = site.fetch();
    CHECK(ended.status == 76);
    CHECK(ended.log.find("category=tls") != std::string::npos);
    CHECK(site.simulator.requests().empty());
}

TEST_CASE("what is no HTTP is a fault of the protocol")
{
    Installation site;
    site.simulator.script(Endpoint::usage, raw("SSH-2.0-OpenSSH_9.2\r\n"));
    auto const ended = site.fetch();
    CHECK(ended.status == 76);
    CHECK(ended.log.find("category=protocol") != std::string::npos);
}

} // namespace usaged::test
