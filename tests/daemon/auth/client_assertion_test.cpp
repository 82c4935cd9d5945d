#include "daemon/auth/base64url.h"
#include "daemon/auth/client_assertion.h"
#include "tests/daemon/auth/rsa_certificate.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <array>
#include <cstdio>
#include <memory>
#include <set>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;
namespace dom = simdjson::dom;

constexpr std::string_view token_url = "https://login.example/contoso.example/oauth2/v2.0/token";
constexpr std::string_view client_id = "22222222-2222-2222-2222-222222222222";

/// What somebody else's library (PyJWT) says to an assertion.
struct Verdict {
    bool accepted = false;
    std::string output; ///< header and claims as JSON, or why not
};

Verdict verify(std::string const& assertion, std::string const& certificate,
               std::string_view audience_and_options = token_url)
{
    TempDir const dir;
    write_file(dir.path() / "assertion", assertion);
    write_file(dir.path() / "certificate", certificate);
    auto const command = "/usr/bin/python3 -I '" USAGED_VERIFY_ASSERTION "' '" + (dir.path() / "certificate").string() +
                         "' " + std::string{audience_and_options} + " <'" + (dir.path() / "assertion").string() +
                         "' 2>&1";
    std::FILE* const pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    Verdict verdict;
    std::array<char, 4096> buffer{};
    while (auto const count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        verdict.output.append(buffer.data(), count);
    verdict.accepted = ::pclose(pipe) == 0;
    return verdict;
}

ClientCertificate read_certificate(TempDir const& dir)
{
    auto const file = dir.path() / "app.pem";
    write_file(file, rsa_certificate().certificate_pem + rsa_certificate().key_pem, fs::perms{0600});
    return ClientCertificate{CertificateSource{file, {}}};
}

Timestamp present()
{
    return std::chrono::floor<Timestamp::duration>(std::chrono::system_clock::now());
}

} // namespace

TEST_CASE("base64url is that of RFC 4648 without padding")
{
    struct Case {
        std::string_view bytes;
        std::string_view text;
    };
    static constexpr Case cases[] = {
        {"", ""},
        {"f", "Zg"},
        {"fo", "Zm8"},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg"},
        {"\xFB\xEF\xBE", "----"},
        {"\xFF\xFF\xFF", "____"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.text);
        CHECK(base64url({reinterpret_cast<unsigned char const*>(each.bytes.data()), each.bytes.size()}) == each.text);
    }
}

TEST_CASE("PyJWT accepts an assertion, and it says what Entra ID asks for")
{
    TempDir const dir;
    auto const certificate = read_certificate(dir);
    auto const now = present();
    auto const assertion = certificate.assertion(client_id, token_url, now);
    auto const verdict = verify(assertion.reveal(), rsa_certificate().certificate_pem);
    CAPTURE(verdict.output);
    REQUIRE(verdict.accepted);
    dom::parser parser;
    auto const said = parser.parse(verdict.output);
    CHECK(std::string_view{said["header"]["alg"]} == "PS256");
    CHECK(std::string_view{said["header"]["typ"]} == "JWT");
    CHECK(std::string_view{said["header"]["x5t#S256"]} == certificate.thumbprint());
    auto const claims = said["claims"];
    CHECK(std::string_view{claims["aud"]} == token_url);
    CHECK(std::string_view{claims["iss"]} == client_id);
    CHECK(std::string_view{claims["sub"]} == client_id);
    auto const from = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) - 60s;
    CHECK(std::int64_t{claims["nbf"]} == from.count());
    CHECK(std::int64_t{claims["iat"]} == from.count());
    CHECK(std::int64_t{claims["exp"]} == (from + 600s).count());
}

TEST_CASE("PyJWT refuses an assertion that was altered, is for another endpoint, or of another key")
{
    TempDir const dir;
    auto const certificate = read_certificate(dir);
    auto altered = certificate.assertion(client_id, token_url, present()).reveal();
    auto& digit = altered[altered.rfind('.') - 5];
    digit = digit == 'A' ? 'B' : 'A';
    CHECK(verify(altered, rsa_certificate().certificate_pem).output.find("InvalidSignatureError") != std::string::npos);
    auto const elsewhere = certificate.assertion(client_id, "https://login.example/other", present());
    CHECK(verify(elsewhere.reveal(), rsa_certificate().certificate_pem).output.find("InvalidAudienceError") !=
          std::string::npos);
    auto const good = certificate.assertion(client_id, token_url, present());
    CHECK_FALSE(verify(good.reveal(), other_rsa_certificate().certificate_pem).accepted);
}

TEST_CASE("an assertion is valid for ten minutes")
{
    TempDir const dir;
    auto const certificate = read_certificate(dir);
    auto const old = certificate.assertion(client_id, token_url, present() - 9min - 1s);
    CHECK(verify(old.reveal(), rsa_certificate().certificate_pem).output.find("ExpiredSignatureError") !=
          std::string::npos);
}

TEST_CASE("every assertion has its own jti")
{
    TempDir const dir;
    auto const certificate = read_certificate(dir);
    auto const now = present();
    std::set<std::string> claims;
    for (int i = 0; i < 3; ++i) {
        auto const assertion = certificate.assertion(client_id, token_url, now);
        auto const first = assertion.reveal().find('.') + 1;
        claims.insert(assertion.reveal().substr(first, assertion.reveal().rfind('.') - first));
    }
    CHECK(claims.size() == 3);
}

TEST_CASE("the given assertion passes the verifier of these tests")
{
    fs::path const data{USAGED_TEST_DATA};
    dom::parser parser;
    auto const vector = parser.load((data / "client-assertion-vector.json").string());
    auto const options = std::string{std::string_view{vector["claims"]["aud"]}} + " --expired";
    auto const assertion = std::string{std::string_view{vector["ps256"]["assertion"]}};
    auto const certificate = read_file(data / "cert-test.pem");
    CHECK(verify(assertion, certificate, options).accepted);
    CHECK_FALSE(verify(assertion, rsa_certificate().certificate_pem, options).accepted);
}

} // namespace usaged::test
