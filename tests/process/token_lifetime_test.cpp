#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

namespace usaged::test {
namespace {

std::string payload(std::string const& name)
{
    return read_file(std::filesystem::path{USAGED_TEST_DATA} / name);
}

std::size_t token_requests(Installation const& site)
{
    return site.simulator.requests(Endpoint::token).size();
}

} // namespace

TEST_CASE("an access token that expired while nobody looked is renewed without a failed poll")
{
    Installation site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    site.simulator.advance_clock(std::chrono::hours{2});
    daemon.process.signal(SIGUSR1);
    daemon.wait_until_idle();
    CHECK(lines_with(daemon.stop().log, " error ").empty());
    CHECK(site.polls() == std::vector<std::string>{"startup|ok|", "manual|unchanged|"});
    CHECK(token_requests(site) == 2);
}

TEST_CASE("not every poll redeems the refresh token, however early Entra ID wants that")
{
    SimulatorOptions options;
    options.refresh_in = std::chrono::seconds{1};
    Installation const site{{{"schedule.every", "100ms"}}, options};
    Daemon daemon{site};
    site.simulator.wait_for_requests(Endpoint::usage, 15);
    CHECK(lines_with(daemon.stop().log, " error ").empty());
    CHECK(token_requests(site) == 1);
}

TEST_CASE("fetch ends at once when Entra ID says that it asks too often")
{
    Installation site;
    site.simulator.script(Endpoint::token, answer(400, {}, payload("token-error-50196-loop.json")), 10);
    auto const ended = site.fetch();
    CHECK(ended.status == 75);
    CHECK(ended.log.find("AADSTS50196") != std::string::npos);
    CHECK(lines_with(ended.log, " retry ").empty());
    CHECK(token_requests(site) == 1);
    CHECK(site.polls() == std::vector<std::string>{"manual|failed|throttled"});
}

TEST_CASE("run does not ask again for minutes when Entra ID says that it asks too often")
{
    Installation site;
    site.simulator.script(Endpoint::token, answer(400, {}, payload("token-error-50196-loop.json")));
    Daemon daemon{site};
    daemon.process.wait_for_log("poll_failed");
    for (int i = 0; i < 3; ++i) {
        daemon.process.signal(SIGUSR1);
        daemon.process.wait_for_log("poll_failed");
    }
    CHECK(daemon.stop().status == 0);
    CHECK(token_requests(site) == 1);
}

TEST_CASE("a sign-in without a second factor needs a person, who is told how to sign in")
{
    SimulatorOptions options;
    options.signed_in_with_mfa = false;
    Installation const site{{}, options};
    auto const ended = site.fetch();
    CHECK(ended.status == 77);
    CHECK(ended.log.find("multi-factor authentication") != std::string::npos);
    CHECK(ended.log.find("usaged login") != std::string::npos);
    CHECK(token_requests(site) == 1);
    CHECK(site.simulator.requests(Endpoint::usage).size() == 1);
    CHECK(site.polls() == std::vector<std::string>{"manual|failed|auth"});
}

TEST_CASE("compressed answers are stored as the plain ones are")
{
    SimulatorOptions options;
    options.gzip = true;
    Installation const site{{}, options};
    CHECK(site.fetch().status == 0);
    CHECK(site.simulator.requests(Endpoint::usage).front().value("Accept-Encoding").starts_with("gzip"));
    CHECK(site.stored_rows() == history_rows(site.simulator, 0));
}

} // namespace usaged::test
