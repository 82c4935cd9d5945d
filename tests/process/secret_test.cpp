#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <unistd.h>

namespace usaged::test {
namespace {

/// The part of a simulated secret that no encoding changes.
std::string core(std::string const& secret)
{
    constexpr std::size_t special = 4;
    constexpr std::size_t hexadecimal = 32;
    return secret.substr(secret.size() - special - hexadecimal, hexadecimal);
}

void check_free_of_secrets(Simulator const& simulator, std::string const& text)
{
    REQUIRE_FALSE(text.empty());
    auto const secrets = simulator.secrets();
    REQUIRE(secrets.size() >= 4); // the client's, the seed, an access token, a rotated refresh token
    for (auto const& secret : secrets) CHECK(text.find(core(secret)) == std::string::npos);
}

/// Every secret so far, in the body of an error.
std::string echo(Simulator const& simulator)
{
    std::string body = R"({"code":"2000","description":")";
    for (auto const& secret : simulator.secrets()) body += secret + ' ';
    return body + R"("})";
}

} // namespace

TEST_CASE("no secret is in a log at any level, nor in the output")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.script(Endpoint::usage, answer(401, {}, echo(site.simulator)));
    site.simulator.script(Endpoint::usage, answer(400, {{"X-Echo", echo(site.simulator)}}, echo(site.simulator)));
    auto const ended = site.fetch({"--log-level", "trace"});
    CHECK(ended.status == 69);
    check_free_of_secrets(site.simulator, ended.log);
    site.simulator.serve({echo(site.simulator)});
    auto const refused = site.fetch({"--log-level", "trace"});
    CHECK(refused.status == 65);
    check_free_of_secrets(site.simulator, refused.log);
    check_free_of_secrets(site.simulator, site.usaged({"status", "--json"}).output);
}

TEST_CASE("no secret of a refused token request is in a log")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    auto const body = R"({"error":"invalid_grant","error_description":")" + site.simulator.seed_refresh_token() + "\"}";
    site.simulator.script(Endpoint::token, answer(400, {}, body));
    auto const ended = site.fetch({"--log-level", "trace"});
    CHECK(ended.status == 77);
    check_free_of_secrets(site.simulator, ended.log);
}

TEST_CASE("no secret is in the database")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.script(Endpoint::usage, answer(400, {}, echo(site.simulator)));
    REQUIRE(site.fetch().status == 69);
    for (auto const* suffix : {"", "-wal"}) {
        CAPTURE(suffix);
        check_free_of_secrets(site.simulator, "file:" + read_file(site.database().string() + suffix));
    }
}

// The process forbids others than root to look into it.
TEST_CASE("no secret is in the command line or the environment of the process" * doctest::skip(::geteuid() != 0))
{
    Installation site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    auto const process = "/proc/" + std::to_string(daemon.process.pid());
    check_free_of_secrets(site.simulator, read_file(process + "/cmdline"));
    check_free_of_secrets(site.simulator, read_file(process + "/environ"));
}

TEST_CASE("only the files that are meant for them hold secrets")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    for (auto const& entry : std::filesystem::recursive_directory_iterator{site.directory.path()}) {
        auto const name = entry.path().filename();
        if (!entry.is_regular_file() || name == "refresh_token" || name == "client_secret") continue;
        CAPTURE(name.string());
        check_free_of_secrets(site.simulator, "file:" + read_file(entry.path()));
    }
}

} // namespace usaged::test
