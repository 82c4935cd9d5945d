#include "tests/process/installation.h"
#include "tests/simulator/form.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <csignal>
#include <filesystem>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

fs::path token_file(Installation const& site)
{
    return site.state() / "refresh_token";
}

std::string stored_token(Installation const& site)
{
    simdjson::dom::parser parser;
    return std::string{std::string_view{parser.parse(read_file(token_file(site)))["refresh_token"]}};
}

bool is_issued(Simulator const& simulator, std::string const& token)
{
    auto const issued = simulator.secrets();
    return std::find(issued.begin(), issued.end(), token) != issued.end();
}

/// The refresh token of each token request so far.
std::vector<std::string> redeemed(Simulator const& simulator)
{
    std::vector<std::string> tokens;
    for (auto const& request : simulator.requests(Endpoint::token))
        tokens.push_back(parse_form(request.body).value().at("refresh_token"));
    return tokens;
}

void obstruct(fs::path const& path)
{
    fs::create_directory(path);
    write_file(path / "obstacle", {});
}

} // namespace

TEST_CASE("a rotated refresh token is stored before the access token that came with it is used")
{
    Installation site;
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    auto const process = site.start({"fetch"});
    site.simulator.wait_for_requests(Endpoint::usage, 1);
    auto const token = stored_token(site);
    CHECK(token != site.simulator.seed_refresh_token());
    CHECK(is_issued(site.simulator, token));
    CHECK(fs::status(token_file(site)).permissions() == fs::perms{0600});
}

TEST_CASE("the next start redeems the stored refresh token")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    auto const rotated = stored_token(site);
    REQUIRE(site.fetch().status == 0);
    CHECK(redeemed(site.simulator) == std::vector{site.simulator.seed_refresh_token(), rotated});
}

TEST_CASE("an answer without a refresh token leaves the old one in use")
{
    SimulatorOptions options;
    options.rotate_refresh_tokens = false;
    Installation const site{{}, options};
    CHECK(site.fetch().status == 0);
    CHECK(site.fetch().status == 0);
    auto const seed = site.simulator.seed_refresh_token();
    CHECK(redeemed(site.simulator) == std::vector{seed, seed});
}

TEST_CASE("an access token that the API refuses is renewed once")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(401));
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.log, " retry ").size() == 1);
    CHECK(site.simulator.requests(Endpoint::token).size() == 2);
    CHECK(site.stored_rows().size() == 5);
}

TEST_CASE("a second refusal of the access token fails the poll")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(401), 10);
    auto const ended = site.fetch();
    CHECK(ended.status == 77);
    CHECK(ended.log.find("category=auth") != std::string::npos);
    CHECK(site.simulator.requests(Endpoint::token).size() == 2);
    CHECK(site.simulator.requests(Endpoint::usage).size() == 2);
}

TEST_CASE("run renews a revoked access token without a failed poll")
{
    Installation site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    site.simulator.revoke_access_tokens();
    daemon.process.signal(SIGUSR1);
    daemon.wait_until_idle();
    CHECK(lines_with(daemon.stop().log, " error ").empty());
    CHECK(site.polls() == std::vector<std::string>{"startup|ok|", "manual|unchanged|"});
}

TEST_CASE("run keeps its access token from poll to poll, and over a reload")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    daemon.process.signal(SIGHUP);
    daemon.manager.wait_for("READY=1");
    daemon.process.signal(SIGUSR1);
    site.simulator.wait_for_requests(Endpoint::usage, 2);
    CHECK(site.simulator.requests(Endpoint::token).size() == 1);
}

TEST_CASE("a wrong client secret needs a person")
{
    Installation const site;
    write_file(site.directory.path() / "client_secret", "wrong\n", fs::perms{0600});
    auto const ended = site.fetch();
    CHECK(ended.status == 77);
    CHECK(ended.log.find("invalid_client") != std::string::npos);
    CHECK(ended.log.find("client_secret") != std::string::npos);
    CHECK(site.simulator.requests().size() == 1);
}

TEST_CASE("a refresh token that has expired needs a person")
{
    Installation site;
    site.simulator.revoke_refresh_tokens();
    auto const ended = site.fetch();
    CHECK(ended.status == 77);
    CHECK(ended.log.find("sign in again") != std::string::npos);
    CHECK(site.simulator.requests().size() == 1);
}

TEST_CASE("a rotated refresh token that cannot be stored does not cost the snapshot")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    auto const old = stored_token(site);
    obstruct(site.state() / "refresh_token.new");
    auto const ended = site.fetch();
    CHECK(ended.status == 74);
    CHECK(lines_with(ended.log, "token_store_failed").size() == 1);
    CHECK(lines_with(ended.log, "snapshot_committed").size() == 1);
    CHECK(stored_token(site) == old);
    CHECK(site.query("SELECT outcome, degraded IS NOT NULL FROM poll WHERE id = 2") ==
          std::vector<std::string>{"unchanged|1"});
    CHECK(site.usaged({"status"}).status == 2);
}

TEST_CASE("run stores a refresh token as soon as it can be stored")
{
    Installation const site;
    obstruct(site.state() / "refresh_token.new");
    Daemon daemon{site};
    daemon.process.wait_for_log("token_store_failed");
    daemon.wait_until_idle();
    CHECK_FALSE(fs::exists(token_file(site)));
    fs::remove_all(site.state() / "refresh_token.new");
    daemon.process.signal(SIGUSR1);
    daemon.wait_until_idle();
    CHECK(is_issued(site.simulator, stored_token(site)));
    CHECK(site.simulator.requests(Endpoint::token).size() == 1);
}

TEST_CASE("a stored refresh token that is damaged is replaced by one that works")
{
    for (auto const* damage : {"", "{", "not JSON", "{}", R"({"refresh_token":""})", "\xFF\xFE"}) {
        CAPTURE(damage);
        Installation const site;
        write_file(token_file(site), damage, fs::perms{0600});
        auto const ended = site.fetch();
        CHECK(ended.status == 0);
        CHECK(lines_with(ended.log, " warn ").size() == 1);
        CHECK(is_issued(site.simulator, stored_token(site)));
    }
}

TEST_CASE("a damaged stored refresh token stays until one that works replaces it")
{
    Installation site;
    write_file(token_file(site), "{", fs::perms{0600});
    site.simulator.revoke_refresh_tokens();
    CHECK(site.fetch().status == 77);
    CHECK(read_file(token_file(site)) == "{");
}

TEST_CASE("a newer seed wins over the stored refresh token")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    auto const seed = site.simulator.issue_refresh_token();
    write_file(site.directory.path() / "refresh_token", seed + '\n', fs::perms{0600});
    CHECK(site.fetch().status == 0);
    CHECK(redeemed(site.simulator).back() == seed);
    auto const rotated = stored_token(site);
    CHECK(site.fetch().status == 0);
    CHECK(redeemed(site.simulator).back() == rotated);
}

} // namespace usaged::test
