#include "tests/process/diagnosis.h"
#include "tests/process/installation.h"
#include "tests/support/certificates.h"
#include "tests/support/tinyproxy.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

} // namespace

TEST_CASE("where all is well the doctor says so, and stores the new token")
{
    Installation const site;
    auto const diagnosis = diagnose(site);
    CAPTURE(diagnosis.text);
    CHECK(diagnosis.status == 0);
    for (auto const* check : {"configuration", "client secret", "refresh token", "trusted roots", "state directory",
                              "database", "DNS", "connection", "clock", "tenant", "token",
                              "multi-factor authentication", "role", "answer of partner_licenses_usage"}) {
        CAPTURE(check);
        CHECK(diagnosis.says("ok    " + std::string{check} + ": "));
    }
    for (auto const* verdict : {"FAIL", "skip"}) CHECK_FALSE(diagnosis.says(verdict));
    CHECK(fs::exists(site.state() / "refresh_token"));
    CHECK(site.simulator.requests(Endpoint::token).size() == 1);
    CHECK(site.simulator.requests(Endpoint::usage).size() == 1);
}

TEST_CASE("a server that the trusted roots do not vouch for is found out, and is told nothing")
{
    Installation const site;
    write_file(site.directory.path() / "ca.pem", make_ca("another").certificate_pem);
    check_failure(diagnose(site), 76, "FAIL  connection: ", "http.ca_file");
    CHECK(site.simulator.requests().empty());
}

TEST_CASE("a name that nobody knows is found out, and what needs it is skipped")
{
    Installation const site{{{"partner_center.authority", "https://entra.invalid"}}};
    auto const diagnosis = diagnose(site);
    check_failure(diagnosis, 69, "FAIL  DNS: cannot look up entra.invalid", "check the name");
    for (auto const* skipped : {"connection: entra.invalid:443", "tenant", "token", "role", "answer"}) {
        CAPTURE(skipped);
        CHECK(diagnosis.says("skip  " + std::string{skipped}));
    }
    CHECK(diagnosis.says("ok    connection: 127.0.0.1"));
}

TEST_CASE("an API elsewhere is tried too, and the token is tried without it")
{
    Installation site;
    auto const port = ":" + std::to_string(site.simulator.port());
    site.configure({{"partner_center.base_url", "https://localhost" + port}});
    auto const both = diagnose(site);
    CHECK(both.says("ok    connection: 127.0.0.1" + port));
    CHECK(both.says("ok    connection: localhost" + port));
    CHECK(both.says("ok    answer of partner_licenses_usage: "));

    site.configure({{"partner_center.base_url", "https://localhost:1"}});
    auto const half = diagnose(site);
    check_failure(half, 69, "FAIL  connection: cannot connect to localhost:1", "check the network");
    CHECK(half.says("ok    token: "));
    CHECK(half.says("skip  answer: "));
}

TEST_CASE("a clock that is a little off is a warning, one that is far off a fault")
{
    Installation site;
    site.simulator.advance_clock(2min);
    auto const little = diagnose(site);
    CHECK(little.status == 0);
    CHECK(little.says("warn  clock: this computer's clock is 1"));
    CHECK(little.mentions(" s behind of the server's"));
    site.simulator.advance_clock(10min);
    check_failure(diagnose(site), 78, "FAIL  clock: ", "timedatectl");
}

TEST_CASE("a tenant that Entra ID does not know is found out")
{
    Installation const site{{{"partner_center.tenant", "nobody.example"}}};
    auto const diagnosis = diagnose(site);
    check_failure(diagnosis, 77, "FAIL  tenant: ", "partner_center.tenant");
    CHECK(diagnosis.mentions("the tenant is not known (AADSTS90002"));
    CHECK(diagnosis.says("skip  token: "));
    CHECK(site.simulator.requests(Endpoint::token).empty());
}

TEST_CASE("what answers in the place of Entra ID is not taken for it")
{
    for (auto const* const body : {"<html>Please sign in to the network</html>", "{}", R"({"issuer":1})", "[]"}) {
        CAPTURE(body);
        Installation site;
        site.simulator.script(Endpoint::other, answer(200, {}, body));
        auto const diagnosis = diagnose(site);
        check_failure(diagnosis, 76, "FAIL  tenant: ", "partner_center.authority");
        CHECK(diagnosis.says("skip  token: "));
    }
}

TEST_CASE("a refusal by Entra ID that is not about the tenant is told as what it is")
{
    Installation site;
    site.simulator.script(Endpoint::other, answer(400, {}, R"({"error":"invalid_request","error_codes":[90038]})"));
    auto const diagnosis = diagnose(site);
    CHECK(diagnosis.says("FAIL  tenant: "));
    CHECK(diagnosis.mentions("different clouds"));
    CHECK_FALSE(diagnosis.mentions("the tenant is not known"));
}

TEST_CASE("credentials that Entra ID refuses are found out, with what a person has to do")
{
    Installation site;
    site.simulator.revoke_refresh_tokens();
    check_failure(diagnose(site), 77, "FAIL  token: ", "usaged login");
    write_file(site.directory.path() / "client_secret", "wrong", fs::perms{0600});
    check_failure(diagnose(site), 77, "FAIL  token: ", "Certificates & secrets");
    CHECK(diagnose(site).says("skip  answer: there is no token"));
}

TEST_CASE("a sign-in without multi-factor authentication is found out")
{
    SimulatorOptions options;
    options.signed_in_with_mfa = false;
    Installation const site{{}, options};
    auto const diagnosis = diagnose(site);
    check_failure(diagnosis, 77, "FAIL  multi-factor authentication: ", "usaged login");
    CHECK(diagnosis.says("ok    token: "));
    CHECK(diagnosis.says("skip  role: "));
}

TEST_CASE("a sign-in without multi-factor authentication that the API still serves is a warning")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(200, {{"isMfaCompliant", "false"}}, "{}"));
    auto const diagnosis = diagnose(site);
    CHECK(diagnosis.status == 0);
    CHECK(diagnosis.says("warn  multi-factor authentication: "));
    CHECK(diagnosis.mentions("usaged login"));
}

TEST_CASE("a user without the role is found out")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(403, {}, R"({"code":"2000","description":"","data":[]})"));
    auto const diagnosis = diagnose(site);
    check_failure(diagnosis, 77, "FAIL  role: ", "");
    CHECK(diagnosis.mentions("MS-RequestId "));
    CHECK(diagnosis.says("skip  answer: "));
}

TEST_CASE("servers that answer with faults are told apart")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(503));
    check_failure(diagnose(site), 69, "FAIL  answer of partner_licenses_usage: ", "");
    site.simulator.script(Endpoint::token, answer(500));
    check_failure(diagnose(site), 69, "FAIL  token: ", "");
    site.simulator.script(Endpoint::usage, no_answer(Ending::reset), 2);
    check_failure(diagnose(site), 69, "FAIL  answer of partner_licenses_usage: ", "check the network");
}

TEST_CASE("every dataset that is configured is asked for as little as it takes")
{
    Installation const site{
        {{"datasets", "[partner_licenses_usage, partner_licenses_deployment, customer_licenses_usage, "
                      "customer_licenses_deployment, licenses_usage, licenses_deployment]"}}};
    auto const diagnosis = diagnose(site);
    CAPTURE(diagnosis.text);
    CHECK(diagnosis.status == 0);
    CHECK(lines_with(diagnosis.text, "ok    answer of ").size() == 6);
    CHECK(lines_with(diagnosis.text, "ok    role: ").size() == 1);
    CHECK(lines_with(diagnosis.text, "ok    multi-factor authentication: ").size() == 1);
    CHECK(site.simulator.requests(Endpoint::customers).front().target == "/v1/customers?size=1");
    CHECK(site.simulator.requests(Endpoint::customer_usage).size() == 1);
    CHECK(site.simulator.requests(Endpoint::licenses_usage).front().target.ends_with("?top=1"));
}

TEST_CASE("a dataset that is not served is found out besides those that are")
{
    Installation site{{{"datasets", "[licenses_usage, partner_licenses_deployment, licenses_deployment]"}}};
    site.simulator.script(Endpoint::partner_deployment, answer(500));
    auto const diagnosis = diagnose(site);
    check_failure(diagnosis, 69, "FAIL  answer of partner_licenses_deployment: ", "");
    CHECK(lines_with(diagnosis.text, "ok    answer of ").size() == 2);
}

TEST_CASE("a commercial dataset is asked for at the other path too")
{
    SimulatorOptions options;
    options.commercial.paths = CommercialPaths::without_partner;
    Installation const site{{{"datasets", "[licenses_usage]"}}, options};
    CHECK(diagnose(site).says("ok    answer of licenses_usage: "));
    CHECK(site.simulator.requests(Endpoint::licenses_usage).size() == 2);
}

TEST_CASE("a commercial dataset is asked for with the filter and the groupby of the configuration")
{
    Installation const site{{{"datasets", "[{name: licenses_deployment, filter: \"serviceCode eq 'o365'\", "
                                          "groupby: [customerTenantId, productId]}]"}}};
    CHECK(diagnose(site).says("ok    answer of licenses_deployment: "));
    CHECK(site.simulator.requests(Endpoint::licenses_deployment)
              .front()
              .target.ends_with("?top=1&filter=serviceCode%20eq%20%27o365%27&groupby=customerTenantId,productId"));
}

TEST_CASE("a filter that the server does not take is found out")
{
    Installation const site{{{"datasets", "[{name: licenses_usage, filter: \"serviceCod eq 'crm'\"}]"}}};
    check_failure(diagnose(site), 69, "FAIL  answer of licenses_usage: ", "check `filter` of licenses_usage");
}

TEST_CASE("a first customer is asked for by the id of the tenant too")
{
    Installation site{{{"datasets", "[customer_licenses_usage]"}}};
    auto const id = site.simulator.market().customers(0).front().id;
    site.simulator.serve(Endpoint::customers,
                         {R"({"totalCount":1,"items":[{"id":"0a1b2c3d-0000-4000-8000-000000000001","companyProfile":)"
                          R"({"tenantId":")" +
                          id + R"(","companyName":"Contoso"}}]})"});
    auto const diagnosis = diagnose(site);
    CAPTURE(diagnosis.text);
    CHECK(diagnosis.says("ok    answer of customer_licenses_usage: "));
    CHECK(site.simulator.requests(Endpoint::customer_usage).size() == 2);
}

TEST_CASE("a first customer that the server refuses is a warning")
{
    SimulatorOptions options;
    options.market.without_relationship = {0};
    Installation const site{{{"datasets", "[customer_licenses_deployment]"}}, options};
    auto const diagnosis = diagnose(site);
    CHECK(diagnosis.status == 0);
    CHECK(diagnosis.says("ok    role: "));
    CHECK(diagnosis.says("warn  answer of customer_licenses_deployment: the server refuses the first customer: "));
}

TEST_CASE("a partner without customers has nothing to be asked for by customer")
{
    SimulatorOptions options;
    options.market.customers = 0;
    Installation const site{{{"datasets", "[customer_licenses_usage]"}}, options};
    CHECK(diagnose(site).says("skip  answer of customer_licenses_usage: the partner has no customer"));
}

TEST_CASE("a usaged that runs keeps its token to itself, which is no failure")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    auto const diagnosis = diagnose(site);
    CAPTURE(diagnosis.text);
    CHECK(diagnosis.status == 0);
    auto const token = lines_with(diagnosis.text, "skip  token: ");
    REQUIRE(token.size() == 1);
    CHECK(token[0].find("process " + std::to_string(daemon.process.pid())) != std::string::npos);
    CHECK(token[0].find("usaged status") != std::string::npos);
    CHECK(site.simulator.requests(Endpoint::token).size() == 1);
}

TEST_CASE("a proxy is named, used, and its refusals told")
{
    Tinyproxy::Options options;
    options.user = "usaged";
    options.password = "open-sesame";
    Tinyproxy const proxy{options};
    Installation const site;
    auto const password = site.directory.path() / "proxy_password";
    std::map<std::string, std::string> const settings{{"http.proxy", proxy.url()},
                                                      {"http.proxy_user", "usaged"},
                                                      {"http.proxy_password", "{file: " + password.string() + "}"}};
    site.configure(settings);
    write_file(password, "open-sesame\n", fs::perms{0600});
    auto const admitted = diagnose(site);
    CAPTURE(admitted.text);
    CHECK(admitted.status == 0);
    CHECK(admitted.says("ok    proxy: " + proxy.url().substr(7) + " is the way to 127.0.0.1:"));
    CHECK(admitted.says("skip  DNS: "));
    CHECK(admitted.says("ok    answer of partner_licenses_usage: "));

    write_file(password, "open-barley\n", fs::perms{0600});
    auto const refused = diagnose(site);
    check_failure(refused, 78, "FAIL  connection: the proxy ", "http.proxy_password");
    CHECK_FALSE(refused.mentions("open-"));
}

TEST_CASE("a proxy whose name nobody knows is found out")
{
    Installation const site{{{"http.proxy", "http://proxy.invalid:3128"}}};
    check_failure(diagnose(site), 69, "FAIL  DNS: cannot look up proxy.invalid", "check the name");
}

TEST_CASE("the doctor can be stopped")
{
    Installation site;
    site.simulator.script_connection(ConnectionFault::stall);
    auto process = site.start({"check", "--online"});
    site.simulator.wait_for_connections(1);
    process.signal(SIGTERM);
    CHECK(process.wait().status == 128 + SIGTERM);
}

} // namespace usaged::test
