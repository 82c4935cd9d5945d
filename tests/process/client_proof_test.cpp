#include "tests/process/installation.h"
#include "tests/simulator/form.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <set>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

KeyedCertificate make_certificate(int rsa_bits = 2048, std::chrono::seconds valid_until = std::chrono::hours{24 * 365})
{
    CertificateOptions wanted;
    wanted.common_name = "Simulated application";
    wanted.rsa_bits = rsa_bits;
    wanted.valid_until = valid_until;
    return self_sign(wanted);
}

/// One for all tests: making a key takes its time.
KeyedCertificate const& certificate()
{
    static KeyedCertificate const made = make_certificate();
    return made;
}

SimulatorOptions with_certificate()
{
    SimulatorOptions options;
    options.client_certificate = certificate().certificate_pem;
    options.client_key = certificate().key_pem;
    return options;
}

SimulatorOptions public_client()
{
    SimulatorOptions options;
    options.public_client = true;
    return options;
}

std::vector<FormFields> token_forms(Simulator const& simulator)
{
    std::vector<FormFields> forms;
    for (auto const& request : simulator.requests(Endpoint::token)) forms.push_back(parse_form(request.body).value());
    return forms;
}

void replace_certificate(Installation const& site, std::string const& content)
{
    write_file(site.directory.path() / "app.pem", content, fs::perms{0600});
}

} // namespace

TEST_CASE("fetch works with every proof of the application's identity, at both token endpoints")
{
    for (auto const& options : {SimulatorOptions{}, with_certificate(), public_client()})
        for (auto const* const version : {"v2", "v1"}) {
            CAPTURE(version);
            Installation const site{{{"partner_center.token_endpoint", version}}, options};
            auto const ended = site.fetch();
            CAPTURE(ended.log);
            CHECK(ended.status == 0);
            CHECK(site.fetch().status == 0); // with the rotated token
            CHECK(site.stored_rows() == history_rows(site.simulator, 0));
            CHECK(site.simulator.requests(Endpoint::token).size() == 2);
        }
}

TEST_CASE("the v1 endpoint is told the resource, the v2 endpoint the scope")
{
    for (auto const* const version : {"v2", "v1"}) {
        CAPTURE(version);
        auto const is_v1 = std::string_view{version} == "v1";
        Installation const site{{{"partner_center.token_endpoint", version}}};
        REQUIRE(site.fetch().status == 0);
        auto const request = site.simulator.requests(Endpoint::token).front();
        auto const form = parse_form(request.body).value();
        CHECK(request.path() == '/' + site.simulator.tenant() + (is_v1 ? "/oauth2/token" : "/oauth2/v2.0/token"));
        CHECK(form.contains("resource") == is_v1);
        CHECK(form.contains("scope") != is_v1);
    }
}

TEST_CASE("every token request with a certificate has an assertion of its own and no secret")
{
    Installation site{{}, with_certificate()};
    site.simulator.script(Endpoint::token, answer(503), 2);
    REQUIRE(site.fetch().status == 0);
    REQUIRE(site.fetch().status == 0);
    std::set<std::string> assertions;
    for (auto const& form : token_forms(site.simulator)) {
        CHECK_FALSE(form.contains("client_secret"));
        assertions.insert(field_of(form, "client_assertion"));
    }
    CHECK(assertions.size() == 4);
}

TEST_CASE("a certificate that is replaced counts without a restart")
{
    Installation const site{{{"retry.max_retry_after", "0s"}}, with_certificate()};
    auto const good = read_file(site.directory.path() / "app.pem");
    auto const other = make_certificate();
    replace_certificate(site, other.certificate_pem + other.key_pem);
    Daemon daemon{site};
    daemon.process.wait_for_log("poll_failed");
    replace_certificate(site, good);
    daemon.process.signal(SIGUSR1);
    daemon.process.wait_for_log("snapshot_committed");
    CHECK(daemon.stop().status == 0);
}

TEST_CASE("a certificate that Entra ID does not know is given a minute to become known")
{
    auto const other = make_certificate();
    Installation const site{{{"retry.max_retry_after", "0s"}}, with_certificate()};
    replace_certificate(site, other.certificate_pem + other.key_pem);
    auto const ended = site.fetch(); // the first wait would be ten seconds, which is more than it may wait
    CHECK(ended.status == 77);
    CHECK(ended.log.find("AADSTS700027") != std::string::npos);
    CHECK(ended.log.find("partner_center.certificate") != std::string::npos);
    CHECK(site.simulator.requests().size() == 1);
    CHECK(site.polls() == std::vector<std::string>{"manual|failed|auth"});
}

TEST_CASE("a certificate that cannot work is refused before anything is sent")
{
    auto const& good = certificate();
    auto const expired = make_certificate(2048, std::chrono::seconds{-60});
    auto const elliptic = make_certificate(0);
    struct Case {
        std::string what;
        std::string content;
    };
    std::vector<Case> const cases{{"expired", expired.certificate_pem + expired.key_pem},
                                  {"not RSA", elliptic.certificate_pem + elliptic.key_pem},
                                  {"the key of another", good.certificate_pem + make_certificate().key_pem},
                                  {"no key", good.certificate_pem},
                                  {"no certificate", good.key_pem},
                                  {"empty", ""}};
    for (auto const& bad : cases) {
        CAPTURE(bad.what);
        Installation const site{{}, with_certificate()};
        replace_certificate(site, bad.content);
        auto const ended = site.fetch();
        CHECK(ended.status == 78);
        CHECK(ended.log.find("partner_center.certificate") != std::string::npos);
        CHECK(site.simulator.connections() == 0);
    }
}

TEST_CASE("a certificate file with a key in it that others can read is refused")
{
    Installation const site{{}, with_certificate()};
    fs::permissions(site.directory.path() / "app.pem", fs::perms{0644});
    auto const ended = site.fetch();
    CHECK(ended.status == 78);
    CHECK(ended.log.find("app.pem") != std::string::npos);
    CHECK(site.simulator.connections() == 0);
}

TEST_CASE("the key may lie in a file of its own")
{
    TempDir const keys;
    auto const key = keys.path() / "app.key";
    write_file(key, certificate().key_pem, fs::perms{0600});
    Installation const site{{}, with_certificate()};
    auto const file = site.directory.path() / "app.pem";
    auto const setting = "{file: \"" + file.string() + "\", key: {file: \"" + key.string() + "\"}}";
    site.configure({{"partner_center.certificate", setting}});
    write_file(file, certificate().certificate_pem, fs::perms{0644});
    CHECK(site.fetch().status == 0);
}

TEST_CASE("a clock that is wrong spoils an assertion, and the error says so")
{
    Installation site{{}, with_certificate()};
    site.simulator.advance_clock(std::chrono::hours{1});
    auto const ended = site.fetch();
    CHECK(ended.status == 77);
    CHECK(ended.log.find("AADSTS700024") != std::string::npos);
    CHECK(ended.log.find("clock") != std::string::npos);
    CHECK(site.simulator.requests().size() == 1);
}

TEST_CASE("a public client that has a secret, and a confidential one that has none, need a person")
{
    Installation const is_public{{{"partner_center.client_secret", "{env: USAGED_TEST_SECRET}"}}, public_client()};
    ProcessOptions options;
    options.environment["USAGED_TEST_SECRET"] = "superfluous";
    auto const superfluous = is_public.start({"fetch"}, options).wait();
    CHECK(superfluous.status == 77);
    CHECK(superfluous.log.find("AADSTS700025") != std::string::npos);
    Installation const confidential{{{"partner_center.client_secret", ""}}};
    auto const missing_one = confidential.fetch();
    CHECK(missing_one.status == 77);
    CHECK(missing_one.log.find("AADSTS7000218") != std::string::npos);
}

} // namespace usaged::test
