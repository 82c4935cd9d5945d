#include "tests/process/diagnosis.h"
#include "tests/process/installation.h"
#include "tests/process/small_file_system.h"
#include "tests/support/certificates.h"

#include <doctest/doctest.h>

#include <filesystem>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

SimulatorOptions with_certificate(std::chrono::seconds valid_until)
{
    CertificateOptions certificate;
    certificate.rsa_bits = 2048;
    certificate.valid_until = valid_until;
    auto const own = self_sign(certificate);
    SimulatorOptions options;
    options.client_certificate = own.certificate_pem;
    options.client_key = own.key_pem;
    return options;
}

} // namespace

TEST_CASE("the doctor makes no database, and in the one that is there it records its requests and its tokens alone")
{
    Installation const site;
    CHECK(diagnose(site).mentions("is not there yet"));
    CHECK_FALSE(fs::exists(site.database()));
    REQUIRE(site.fetch().status == 0);
    auto const rows = site.stored_rows();
    auto const last = site.query("SELECT count(*) FROM http_call").front();
    auto const diagnosis = diagnose(site);
    CHECK(diagnosis.says("ok    stored token: "));
    CHECK(diagnosis.says("ok    database: " + site.database().string() + " is sound"));
    CHECK(site.query("SELECT method, status, poll_id FROM http_call WHERE id > " + last + " ORDER BY id") ==
          std::vector<std::string>{"POST|200|", "GET|200|"});
    CHECK(site.query("SELECT event, count(*) FROM token_event GROUP BY event ORDER BY event") ==
          std::vector<std::string>{"obtained|2", "rotated|2"});
    CHECK(site.polls() == std::vector<std::string>{"manual|ok|"});
    CHECK(site.stored_rows() == rows);
}

TEST_CASE("the doctor leaves a database alone that the next start would migrate")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    execute(site.database(), "PRAGMA user_version = 1; PRAGMA wal_checkpoint(TRUNCATE);");
    auto const bytes = read_file(site.database());
    auto const diagnosis = diagnose(site);
    CHECK(diagnosis.mentions("the next start of usaged brings it to version"));
    CHECK(diagnosis.says("ok    token: "));
    CHECK(read_file(site.database()) == bytes);
}

TEST_CASE("a token that cannot be stored is reported once, as one that is lost")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    fs::create_directory(site.state() / "refresh_token.new");
    auto const diagnosis = diagnose(site);
    check_failure(diagnosis, 74, "FAIL  token: ", "usaged login");
    CHECK_FALSE(diagnosis.mentions("memory"));
    CHECK(site.query("SELECT event FROM token_event ORDER BY id DESC LIMIT 1") ==
          std::vector<std::string>{"store_failed"});
}

TEST_CASE("a credential that only the service has is found out, with what to do")
{
    Installation const site{{{"partner_center.client_secret", "{credential: secret}"},
                             {"partner_center.refresh_token", "{credential: seed}"}}};
    auto const diagnosis = diagnose(site);
    CAPTURE(diagnosis.text);
    CHECK(diagnosis.status == 78);
    for (std::string const name : {"secret", "seed"})
        CHECK(lines_with(diagnosis.text, "→ Put the credential into the file " + name +
                                             " beside the configuration, as in sudo install -m 0600 /dev/stdin "
                                             "/etc/usaged/" +
                                             name + ", and run the command as root (sudo usaged …)")
                  .size() == 1);
    CHECK(diagnosis.says("FAIL  client secret: partner_center.client_secret: "));
    CHECK(diagnosis.says("FAIL  refresh token: partner_center.refresh_token: "));
}

TEST_CASE("check without --online reads no secret and asks nobody")
{
    Installation const site{{{"partner_center.client_secret", "{file: /no/such}"}}};
    CHECK(site.usaged({"check"}).status == 0);
    CHECK(site.simulator.connections() == 0);
}

TEST_CASE("check warns of the placeholders of the shipped configuration")
{
    Installation const site{{{"partner_center.tenant", "contoso.onmicrosoft.com"}}};
    auto const ended = site.usaged({"check"});
    CHECK(ended.status == 0);
    CHECK(ended.log.find("partner_center.tenant") != std::string::npos);
    CHECK(ended.output.find("tenant: contoso.onmicrosoft.com") != std::string::npos);
    CHECK(diagnose(site).says("warn  configuration: "));
}

TEST_CASE("a database that usaged would refuse is found out and left alone")
{
    struct Case {
        char const* sql;
        std::string complaint;
    };
    for (auto const& each : {Case{"CREATE TABLE meeting (minutes TEXT); PRAGMA application_id = 7;", "another program"},
                             Case{"PRAGMA application_id = 0x55534744; PRAGMA user_version = 9999;", "newer than"}}) {
        CAPTURE(each.complaint);
        Installation const site;
        execute(site.database(), each.sql);
        auto const bytes = read_file(site.database());
        auto const diagnosis = diagnose(site);
        check_failure(diagnosis, 74, "FAIL  database: " + site.database().string(), "usaged");
        CHECK(diagnosis.mentions(each.complaint));
        CHECK(diagnosis.says("ok    answer of partner_licenses_usage: "));
        CHECK(read_file(site.database()) == bytes);
    }
}

TEST_CASE("a damaged database is found out")
{
    Installation const site;
    REQUIRE(site.usaged({"migrate"}).status == 0);
    execute(site.database(), "PRAGMA wal_checkpoint(TRUNCATE);");
    auto bytes = read_file(site.database());
    for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
    write_file(site.database(), bytes);
    check_failure(diagnose(site), 74, "FAIL  database: " + site.database().string(), "");
}

TEST_CASE("without a state directory no token is redeemed that could not be stored")
{
    Installation const site{{{"state_dir", "/no/such"}}};
    auto const diagnosis = diagnose(site);
    check_failure(diagnosis, 74, "FAIL  state directory: /no/such", "install -d");
    CHECK(diagnosis.says("skip  token: a new refresh token could not be stored"));
    CHECK(site.simulator.requests(Endpoint::token).empty());
}

TEST_CASE("a disk that is nearly full is found out" * doctest::skip(!SmallFileSystem::possible()) *
          doctest::description("skipped where no file system can be mounted"))
{
    Installation const site;
    SmallFileSystem const disk{site.state()};
    REQUIRE(disk.mounted());
    check_failure(diagnose(site), 74, "FAIL  free space: the file system of " + site.state().string(), "make room");
}

TEST_CASE("credentials that cannot be read are found out, each by its key, and nobody is asked for a token")
{
    struct Case {
        std::string key;
        std::string value;
        std::string beginning;
    };
    for (auto const& each :
         {Case{"partner_center.client_secret", "{env: NO_SUCH}", "FAIL  client secret: partner_center.client_secret"},
          Case{"partner_center.refresh_token", "{file: /no/such}", "FAIL  refresh token: partner_center.refresh_token"},
          Case{"partner_center.refresh_token", "", "FAIL  stored token: there is none"},
          Case{"http.ca_file", "/etc/hostname", "FAIL  trusted roots: http.ca_file"},
          Case{"http.crl_file", "/no/such", "FAIL  revocation lists: http.crl_file"}}) {
        CAPTURE(each.beginning);
        Installation const site{{{each.key, each.value}}};
        auto const diagnosis = diagnose(site);
        CAPTURE(diagnosis.text);
        CHECK(diagnosis.status == 78);
        CHECK(diagnosis.says(each.beginning));
        CHECK(diagnosis.says("skip  token: "));
        CHECK(site.simulator.requests(Endpoint::token).empty());
    }
}

TEST_CASE("a missing refresh token sends a person to usaged login")
{
    Installation const site{{{"partner_center.refresh_token", ""}}};
    check_failure(diagnose(site), 78, "FAIL  stored token: ", "usaged login");
}

TEST_CASE("a damaged token file is a warning as long as there is a seed")
{
    Installation const site;
    write_file(site.state() / "refresh_token", "{", fs::perms{0600});
    auto const diagnosis = site.usaged({"check", "--online"});
    CHECK(diagnosis.status == 0);
    CHECK(lines_with(diagnosis.output, "warn  stored token: ").size() == 1);
    CHECK(lines_with(diagnosis.output, "ok    token: ").size() == 1);
}

TEST_CASE("a stored token that nobody used for 90 days is a warning")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    auto const file = site.state() / "refresh_token";
    auto text = read_file(file);
    auto const year = text.find("\"redeemed_at\": \"") + 16;
    write_file(file, text.replace(year, 4, "2020"), fs::perms{0600});
    auto const diagnosis = diagnose(site);
    CHECK(diagnosis.status == 0);
    CHECK(diagnosis.says("warn  stored token: "));
    CHECK(diagnosis.mentions("→ sign in again: usaged login"));
}

TEST_CASE("the end of a certificate is told, and in good time")
{
    Installation const fresh{{}, with_certificate(24h * 365)};
    CHECK(diagnose(fresh).says("ok    certificate: "));
    CHECK(diagnose(fresh).says("ok    answer of partner_licenses_usage: "));
    Installation const ageing{{}, with_certificate(24h * 20 + 1h)};
    auto const warned = diagnose(ageing);
    CHECK(warned.status == 0);
    CHECK(warned.says("warn  certificate: "));
    CHECK(warned.mentions("for 20 days"));
    Installation const expired{{}, with_certificate(-60s)};
    check_failure(diagnose(expired), 78, "FAIL  certificate: ", "Certificates & secrets");
}

TEST_CASE("an authority whose newest revocation list is out of date is a warning, and the connection decides")
{
    Installation const site;
    auto const file = site.directory.path() / "crl.pem";
    auto const ca = make_ca("authority");
    RevocationOptions stale;
    stale.valid_until = -60s;
    site.configure({{"http.crl_file", file.string()}});
    write_file(file, revocation_list(ca, stale));
    auto const outdated = diagnose(site);
    check_failure(outdated, 76, "FAIL  connection: ", "http.crl_file"); // there is none of the simulator's authority
    auto const warning = lines_with(outdated.text, "warn  revocation lists: ");
    REQUIRE(warning.size() == 1);
    CHECK(warning[0].find("authority") != std::string::npos);

    write_file(file, revocation_list(ca) + revocation_list(ca, stale));
    auto const renewed = diagnose(site);
    CHECK(renewed.says("ok    revocation lists: "));
    CHECK_FALSE(renewed.says("warn  revocation lists: "));
    CHECK(renewed.says("FAIL  connection: "));
}

TEST_CASE("the exit status is that of the first thing that is wrong")
{
    Installation const site{{{"state_dir", "/no/such"}, {"http.ca_file", "/no/such"}}};
    auto const diagnosis = diagnose(site);
    CHECK(lines_with(diagnosis.text, "FAIL  ").size() == 2);
    CHECK(diagnosis.status == 78);
}

} // namespace usaged::test
