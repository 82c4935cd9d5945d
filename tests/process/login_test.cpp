#include "tests/process/installation.h"
#include "tests/process/sign_in.h"

#include <doctest/doctest.h>

#include <csignal>

namespace usaged::test {
namespace {

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a sign-in in the browser ends with a token for the next fetch")
{
    Installation const site{without_seed};
    SignIn sign_in{site};
    auto const page = sign_in.in_browser();
    CHECK(page.status == 200);
    CHECK(has(page.text, "You have signed in."));
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 0);
    CHECK(has(ended.output, "Signed in as " + site.simulator.user_name()));
    CHECK(has(ended.output, "tenant " + site.simulator.tenant()));
    CHECK(has(ended.output, "90 days"));
    CHECK(has(ended.output, "Partner Center accepts the token."));
    CHECK(has(ended.output, "The sign-in counts as one with multi-factor authentication."));
    CHECK(site.fetch().status == 0);
}

TEST_CASE("the address that a browser elsewhere ended at can be pasted")
{
    Installation const site{without_seed};
    SignIn sign_in{site};
    sign_in.process.type(sign_in.redirect() + "\n");
    CHECK(sign_in.process.wait().status == 0);
    CHECK(site.fetch().status == 0);
}

TEST_CASE("a wrong paste is told so, and the right one may follow")
{
    Installation const site{without_seed};
    SignIn sign_in{site};
    for (auto const& wrong : {std::string{"hello"}, sign_in.url, std::string{"http://localhost:1/?code=x&state=y"}}) {
        sign_in.process.type(wrong + "\n");
        sign_in.process.wait_for_log("what was pasted is of no use");
    }
    sign_in.process.type("\n" + sign_in.redirect() + "\r\n");
    CHECK(sign_in.process.wait().status == 0);
}

TEST_CASE("a redirect with another state is refused, and the right one may follow")
{
    Installation const site{without_seed};
    SignIn sign_in{site};
    auto const redirect = sign_in.redirect();
    auto forged = redirect;
    auto& character = forged.at(forged.find("&state=") + 7);
    character = character == 'A' ? 'B' : 'A';
    CHECK(Browser::open(forged).status == 400);
    CHECK(site.simulator.requests(Endpoint::token).empty());
    CHECK(Browser::open(redirect).status == 200);
    CHECK(sign_in.process.wait().status == 0);
}

TEST_CASE("a second redirect is of no use")
{
    Installation site{without_seed};
    site.simulator.script(Endpoint::token, no_answer(Ending::stall));
    SignIn sign_in{site};
    auto const redirect = sign_in.redirect();
    CHECK(Browser::open(redirect).status == 200);
    site.simulator.wait_for_requests(Endpoint::token, 1);
    CHECK_THROWS_AS(Browser::open(redirect), std::system_error); // nobody listens any more
    CHECK(site.simulator.requests(Endpoint::token).size() == 1);
}

TEST_CASE("a sign-in that is refused needs a person")
{
    Installation site{without_seed};
    site.simulator.refuse_consent("access_denied");
    SignIn sign_in{site};
    CHECK(has(sign_in.in_browser().text, "The sign-in failed."));
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 77);
    CHECK(has(ended.log, "the user declined"));
    CHECK_FALSE(has(ended.log, "The person or a policy refused."));
    CHECK(site.query("SELECT event FROM token_event") == std::vector<std::string>{"refused"});
    CHECK(site.simulator.requests(Endpoint::token).empty());
}

TEST_CASE("a sign-in works at the v1 endpoint, for a public client, and without standard input")
{
    struct Case {
        std::string overridden, value;
        bool public_client;
    };
    for (auto const& row : {Case{"partner_center.token_endpoint", "v1", false}, Case{"log.level", "trace", true}}) {
        CAPTURE(row.value);
        auto overrides = without_seed;
        overrides[row.overridden] = row.value;
        SimulatorOptions options;
        options.public_client = row.public_client;
        Installation const site{overrides, options};
        SignIn sign_in{site, {}, false};
        CHECK(sign_in.in_browser().status == 200);
        CHECK(has(sign_in.process.wait().output, "Signed in as " + site.simulator.user_name()));
        CHECK(site.fetch().status == 0);
    }
}

TEST_CASE("a sign-in without refresh token fails")
{
    SimulatorOptions options;
    options.rotate_refresh_tokens = false;
    Installation const site{without_seed, options};
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 77);
    CHECK(has(ended.log, "offline_access"));
    CHECK_FALSE(std::filesystem::exists(site.state() / "refresh_token"));
}

TEST_CASE("a sign-in whose token cannot be stored fails")
{
    Installation const site{without_seed};
    std::filesystem::create_directories(site.state() / "refresh_token" / "obstacle");
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 74);
    CHECK(has(ended.log, site.state().string() + ", then run `usaged login` again."));
    CHECK_FALSE(has(ended.log, "in memory"));
}

TEST_CASE("a passing fault while the code is redeemed does not cost the sign-in")
{
    auto overrides = without_seed;
    overrides["retry.initial"] = "10ms";
    Installation site{overrides};
    site.simulator.script(Endpoint::token, answer(503));
    SignIn sign_in{site};
    sign_in.in_browser();
    CHECK(sign_in.process.wait().status == 0);
    CHECK(site.simulator.requests(Endpoint::token).size() == 2);
}

TEST_CASE("a passing fault of Partner Center after the sign-in is waited out, and told")
{
    auto overrides = without_seed;
    overrides["retry.initial"] = "10ms";
    Installation site{overrides};
    site.simulator.script(Endpoint::usage, cut_after(10, Ending::reset));
    site.simulator.script(Endpoint::usage, answer(503));
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 0);
    CHECK(has(ended.output, "Partner Center accepts the token."));
    CHECK(lines_with(ended.log, "wait_ms").size() == 2);
    CHECK(site.query("SELECT attempt FROM http_call WHERE method = 'GET' ORDER BY id") ==
          std::vector<std::string>{"1", "2", "3"});
}

TEST_CASE("a token that could not be tried is stored and told so")
{
    auto overrides = without_seed;
    overrides["retry.attempts"] = "1";
    Installation site{overrides};
    site.simulator.script(Endpoint::usage, cut_after(10, Ending::reset));
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 69);
    CHECK(has(ended.log, "the token is stored, but whether it passes could not be found out"));
    CHECK(site.fetch().status == 0);
}

TEST_CASE("a sign-in without a second factor is stored and told so")
{
    SimulatorOptions options;
    options.signed_in_with_mfa = false;
    Installation const site{without_seed, options};
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 77);
    CHECK(has(ended.log, "multi-factor authentication"));
    CHECK(has(ended.log, "the token is stored, but it does not pass yet"));
    CHECK(std::filesystem::exists(site.state() / "refresh_token"));
}

TEST_CASE("a role that is missing is told, and the token is stored")
{
    Installation site{without_seed};
    site.simulator.script(Endpoint::usage, answer(403, {}, read_file(USAGED_TEST_DATA "/error-403-900150-role.json")));
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 77);
    CHECK(has(ended.log, "role"));
    CHECK(site.fetch().status == 0);
}

TEST_CASE("what Partner Center says about multi-factor authentication is told in words")
{
    struct Case {
        std::vector<Header> headers;
        std::string_view words;
    };
    for (auto const& row : {Case{{{"isMfaCompliant", "false"}}, "does not count as one with multi-factor"},
                            Case{{}, "Partner Center does not say whether"}}) {
        CAPTURE(row.words);
        Installation site{without_seed};
        site.simulator.script(Endpoint::usage, answer(200, row.headers, "{}"));
        SignIn sign_in{site};
        sign_in.in_browser();
        auto const ended = sign_in.process.wait();
        CHECK(ended.status == 0);
        CHECK(has(ended.output, row.words));
    }
}

TEST_CASE("a sign-in wins over the seed that is configured")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const signed_in = sign_in.process.wait();
    REQUIRE(signed_in.status == 0);
    CHECK_FALSE(has(signed_in.log, "warning: "));
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.log, "token_seed_used").empty());
    auto const request = site.simulator.requests(Endpoint::token).back();
    CHECK(has(request.body, "grant_type=refresh_token"));
    CHECK_FALSE(has(request.body, site.simulator.seed_refresh_token()));
}

TEST_CASE("a sign-in needs no seed where one is configured")
{
    Installation const site;
    std::filesystem::remove(site.directory.path() / "refresh_token");
    SignIn sign_in{site};
    sign_in.in_browser();
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 0);
    CHECK(has(ended.log, "warning: partner_center.refresh_token"));
    CHECK(has(ended.log, "Remove this setting from the configuration"));
}

TEST_CASE("what Entra ID claims of the next sign-in is asked for there")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.script(Endpoint::token, answer(400, {}, read_file(USAGED_TEST_DATA "/token-error-50076-mfa.json")));
    REQUIRE(site.fetch().status == 77);
    SignIn sign_in{site};
    CHECK(has(sign_in.url, "&claims=%7B"));
    sign_in.in_browser();
    CHECK(sign_in.process.wait().status == 0);
    CHECK_FALSE(has(SignIn{site}.url, "&claims="));
}

TEST_CASE("a sign-in is refused while another usaged uses the tokens")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    auto const ended = site.usaged({"login"});
    CHECK(ended.status == 75);
    CHECK(has(ended.log, "sudo systemctl stop usaged"));
}

TEST_CASE("a signal ends the wait for a sign-in")
{
    for (auto const& [signal, status] : {std::pair{SIGINT, 130}, std::pair{SIGTERM, 143}}) {
        Installation const site{without_seed};
        SignIn sign_in{site};
        sign_in.process.signal(signal);
        CHECK(sign_in.process.wait().status == status);
    }
}

TEST_CASE("the port of the redirect can be chosen, but not taken twice")
{
    Installation const site{without_seed};
    CHECK(site.usaged({"login", "--port", "80"}).status == 64);
    CHECK(site.usaged({"login", "--port", "8400", "--device-code"}).status == 64);
    auto const ended = site.usaged({"login", "--port", std::to_string(site.simulator.port())});
    CHECK(ended.status == 78);
    CHECK(has(ended.log, std::to_string(site.simulator.port())));
}

TEST_CASE("a standard input that is closed is not what usaged opens next")
{
    Installation const site{without_seed};
    ProcessOptions options;
    options.input_closed = true;
    auto process = site.start({"login"}, options);
    process.wait_for_output("Waiting for the sign-in");
    process.signal(SIGTERM);
    auto const ended = process.wait();
    CHECK(ended.status == 143);
    CHECK_FALSE(has(ended.log, "of no use"));
}

TEST_CASE("a sign-in is recorded")
{
    Installation const site{without_seed};
    SignIn sign_in{site};
    sign_in.in_browser();
    REQUIRE(sign_in.process.wait().status == 0);
    CHECK(site.query("SELECT method, status, poll_id IS NULL FROM http_call ORDER BY id") ==
          std::vector<std::string>{"POST|200|1", "GET|200|1"});
    CHECK_FALSE(site.query("SELECT event FROM token_event").empty());
}

TEST_CASE("a real browser goes through the redirect" * doctest::skip(!std::filesystem::exists(chromium)) *
          doctest::description("skipped where /usr/bin/chromium is not installed (Debian: chromium)"))
{
    Installation site{without_seed};
    site.simulator.sign_in_by_itself(true);
    SignIn sign_in{site};
    TempDir const profile;
    auto const document = dump_with_chromium(sign_in.url, profile.path());
    CHECK(has(document, "You have signed in."));
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 0);
    CHECK(has(ended.output, "Signed in as " + site.simulator.user_name()));
}

} // namespace usaged::test
