#include "tests/process/installation.h"
#include "tests/process/secret_search.h"
#include "tests/simulator/form.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <unistd.h>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

/// The files that are there to hold secrets.
constexpr std::array<std::string_view, 3> secret_files{"app.pem", "client_secret", "refresh_token"};

void check_free_of_secrets(Simulator const& simulator, std::string const& text, std::string const& place)
{
    REQUIRE_FALSE(text.empty());
    auto const secrets = simulator.secrets();
    REQUIRE(secrets.size() >= 4); // the client's, the seed, an access token, a rotated refresh token
    CHECK(leaks(secrets, text, place) == std::vector<std::string>{});
}

/// Every secret so far, in the body of an error.
std::string echo(Simulator const& simulator)
{
    std::string body = R"({"code":"2000","description":")";
    for (auto const& secret : simulator.secrets()) body += secret + ' ';
    return body + R"("})";
}

SimulatorOptions with_certificate()
{
    CertificateOptions wanted;
    wanted.rsa_bits = 2048;
    auto const made = self_sign(wanted);
    SimulatorOptions options;
    options.client_certificate = made.certificate_pem;
    options.client_key = made.key_pem;
    return options;
}

} // namespace

TEST_CASE("the search finds a secret in any encoding, and does not show it")
{
    std::vector<std::string> const secrets{"SIMULATED-REFRESH-0123456789abcdef+/~=",
                                           "header.claims.sig-natureOfAJwt_x"};
    for (auto const& text : {secrets[0], percent_encoded(secrets[0]), "Bearer " + secrets[0] + "\n"}) {
        CAPTURE(text);
        auto const found = leaks(secrets, text, "a log");
        REQUIRE(found.size() == 1);
        CHECK(found.front().find("number 0") != std::string::npos);
        CHECK(found.front().find("0123456789") == std::string::npos);
    }
    CHECK(leaks(secrets, "a\nsee natureOfAJwt here\nb", "a log") ==
          std::vector<std::string>{"number 1 of the simulator's secrets is in a log: see [SECRET] here"});
    CHECK(leaks(secrets, "header claims SIMULATED-REFRESH-", "a log").empty());
}

TEST_CASE("an installation tells of a secret in an output, a log, or the database")
{
    Installation const site;
    auto const seed = site.simulator.seed_refresh_token();
    site.transcript->entries.push_back({"usaged x", {0, "an output with " + seed, "a log with " + seed}});
    auto const write_ahead_log = site.database().string() + "-wal";
    write_file(write_ahead_log, "pages with " + seed);
    auto const found = site.leaked_secrets();
    REQUIRE(found.size() == 3);
    CHECK(found[0].find("the output of `usaged x`: an output with SIMULATED-REFRESH-[SECRET]") != std::string::npos);
    CHECK(found[1].find("the log of `usaged x`: a log with SIMULATED-REFRESH-[SECRET]") != std::string::npos);
    CHECK(found[2].find("usage.db-wal: pages with SIMULATED-REFRESH-[SECRET]") != std::string::npos);
    fs::remove(write_ahead_log);
    site.transcript->entries.clear(); // else the end of the installation would tell, too
}

TEST_CASE("what every process wrote is searched, also that of one which was killed")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    {
        Daemon daemon{site};
        daemon.wait_until_idle();
    }
    REQUIRE(site.transcript->entries.size() == 2);
    CHECK_FALSE(site.transcript->entries[0].ended.output.empty());
    CHECK_FALSE(site.transcript->entries[1].ended.log.empty());
}

// From here on the end of the installation makes the check that each test is about.

TEST_CASE("no secret that the API echoes is in a log at any level, nor in the output")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.script(Endpoint::usage, answer(401, {}, echo(site.simulator)));
    site.simulator.script(Endpoint::usage, answer(400, {{"X-Echo", echo(site.simulator)}}, echo(site.simulator)));
    CHECK(site.fetch({"--log-level", "trace"}).status == 69);
    site.simulator.serve({echo(site.simulator)});
    CHECK(site.fetch({"--log-level", "trace"}).status == 65);
    CHECK(site.usaged({"status", "--json"}).output.find("last_error") != std::string::npos);
}

TEST_CASE("no secret of a refused token request is in a log")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    auto const seed = site.simulator.seed_refresh_token();
    for (auto const& body : {R"({"error":"invalid_grant","error_description":")" + seed + "\"}",
                             R"({"error":")" + seed + R"(","suberror":")" + seed + "\"}", seed}) {
        site.simulator.script(Endpoint::token, answer(400, {{"x-ms-request-id", seed}}, body));
        CHECK(site.fetch({"--log-level", "trace"}).status == 77);
    }
}

TEST_CASE("no secret of any way to prove who we are comes to light")
{
    SimulatorOptions public_client;
    public_client.public_client = true;
    for (auto const& options : {SimulatorOptions{}, with_certificate(), public_client})
        for (auto const* const version : {"v2", "v1"}) {
            CAPTURE(version);
            Installation site{{{"partner_center.token_endpoint", version}, {"log.level", "trace"}}, options};
            site.simulator.script(Endpoint::token, answer(503));
            site.simulator.script(Endpoint::token, no_answer(Ending::reset));
            CHECK(site.fetch().status == 0);
            Daemon daemon{site};
            daemon.wait_until_idle();
            site.simulator.revoke_access_tokens();
            daemon.process.signal(SIGUSR1);
            daemon.wait_until_idle();
            CHECK(daemon.stop().status == 0);
            check_free_of_secrets(site.simulator, "checked:" + read_file(site.database()), "the database");
        }
}

TEST_CASE("no configuration check shows a secret")
{
    Installation const site{{}, with_certificate()};
    CHECK(site.usaged({"check", "--log-level", "trace"}).status == 0);
}

TEST_CASE("a wrong client secret is not shown either")
{
    Installation const site;
    write_file(site.directory.path() / "client_secret", "wrongSecret\n", fs::perms{0600});
    auto const ended = site.fetch({"--log-level", "trace"});
    CHECK(ended.status == 77);
    CHECK((ended.log + ended.output).find("wrongSecret") == std::string::npos);
}

TEST_CASE("no secret that the API echoes is in the database")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.script(Endpoint::usage, answer(400, {{"MS-RequestId", echo(site.simulator)}}, echo(site.simulator)));
    REQUIRE(site.fetch().status == 69);
    for (auto const* const suffix : {"", "-wal"})
        check_free_of_secrets(site.simulator, "file:" + read_file(site.database().string() + suffix), suffix);
}

TEST_CASE("no secret is in the command line of the process")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    auto const process = "/proc/" + std::to_string(daemon.process.pid());
    check_free_of_secrets(site.simulator, read_file(process + "/cmdline"), "the command line");
}

TEST_CASE("no secret is in the environment of the process" * doctest::skip(::geteuid() != 0) *
          doctest::description("skipped for all but root: the process forbids others to look into it"))
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    auto const process = "/proc/" + std::to_string(daemon.process.pid());
    check_free_of_secrets(site.simulator, read_file(process + "/environ"), "the environment");
}

TEST_CASE("only the files that are meant for them hold secrets")
{
    for (auto const& options : {SimulatorOptions{}, with_certificate()}) {
        Installation const site{{}, options};
        REQUIRE(site.fetch().status == 0);
        for (auto const& entry : fs::recursive_directory_iterator{site.directory.path()}) {
            auto const name = entry.path().filename().string();
            if (!entry.is_regular_file()) continue;
            if (std::find(secret_files.begin(), secret_files.end(), name) != secret_files.end()) continue;
            check_free_of_secrets(site.simulator, "file:" + read_file(entry.path()), name);
        }
    }
}

} // namespace usaged::test
