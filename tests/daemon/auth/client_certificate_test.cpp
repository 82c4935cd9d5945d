#include "daemon/auth/client_assertion.h"
#include "daemon/fault/error.h"
#include "tests/daemon/auth/rsa_certificate.h"
#include "tests/support/certificates.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <simdjson.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr fs::perms ours{0600};
constexpr fs::perms everybodys{0644};

struct Fixture {
    SecretSource key_file(std::string const& pem, fs::perms mode = ours) const
    {
        write_file(dir.path() / "key.pem", pem, mode);
        return {SecretSource::Kind::file, (dir.path() / "key.pem").string()};
    }

    CertificateSource certificate_file(std::string const& pem, fs::perms mode = ours) const
    {
        write_file(dir.path() / "app.pem", pem, mode);
        return {dir.path() / "app.pem", {}};
    }

    TempDir dir;
};

/// Why it is refused, with what to do; empty if it is taken.
std::string refusal(CertificateSource const& source)
{
    try {
        ClientCertificate{source};
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::config);
        CHECK_FALSE(error.remedy().empty());
        return std::string{error.what()} + "\n" + error.remedy();
    }
    return {};
}

} // namespace

TEST_CASE("the thumbprint of the given certificate is the given one")
{
    fs::path const data{USAGED_TEST_DATA};
    simdjson::dom::parser parser;
    auto const vector = parser.load((data / "client-assertion-vector.json").string());
    CHECK(certificate_thumbprint(read_file(data / "cert-test.pem")) == std::string_view{vector["x5t#S256"]});
    CHECK_THROWS_AS(certificate_thumbprint("no certificate"), Error);
}

TEST_CASE_FIXTURE(Fixture, "a key that does not belong to the certificate is refused")
{
    auto source = certificate_file(rsa_certificate().certificate_pem, everybodys);
    source.key = key_file(other_rsa_certificate().key_pem);
    CHECK(refusal(source).find("does not belong to the certificate") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "the key stands in the certificate's file, before or after it, or in its own")
{
    auto const& [certificate, key] = rsa_certificate();
    auto const thumbprint = ClientCertificate{certificate_file(certificate + key)}.thumbprint();
    CHECK(thumbprint.size() == 43);
    CHECK(ClientCertificate{certificate_file(key + certificate)}.thumbprint() == thumbprint);
    auto source = certificate_file(certificate, everybodys);
    source.key = key_file(key);
    CHECK(ClientCertificate{source}.thumbprint() == thumbprint);
}

TEST_CASE_FIXTURE(Fixture, "a chain has its own certificate first")
{
    auto const ca = make_ca("some authority").certificate_pem;
    auto const& [certificate, key] = rsa_certificate();
    CHECK(refusal(certificate_file(certificate + ca + key)).empty());
    CHECK(refusal(certificate_file(ca + certificate + key)).find("does not belong") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a key that every user can read is refused, in whatever file it is")
{
    auto const& [certificate, key] = rsa_certificate();
    CHECK(refusal(certificate_file(certificate + key, everybodys)).find("every user") != std::string::npos);
    auto source = certificate_file(certificate, everybodys);
    source.key = key_file(key, everybodys);
    CHECK(refusal(source).find("every user") != std::string::npos);
    source = certificate_file(certificate + key, everybodys);
    source.key = key_file(key);
    CHECK(refusal(source).find("every user") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a key with a passphrase is refused, and nobody is asked for it")
{
    auto const& [certificate, key] = rsa_certificate();
    for (auto const& encrypted : {encrypted_key(key, KeyForm::pkcs8), encrypted_key(key, KeyForm::traditional)}) {
        CAPTURE(encrypted.substr(0, 60));
        auto const reason = refusal(certificate_file(certificate + encrypted));
        CHECK(reason.find("protected by a passphrase") != std::string::npos);
        CHECK(reason.find("openssl pkey") != std::string::npos);
    }
}

TEST_CASE_FIXTURE(Fixture, "a key that Entra ID would not take is refused")
{
    CertificateOptions small;
    small.rsa_bits = 1024;
    auto const weak = self_sign(small);
    CHECK(refusal(certificate_file(weak.certificate_pem + weak.key_pem)).find("1024 bits") != std::string::npos);
    auto const elliptic = self_sign({});
    CHECK(refusal(certificate_file(elliptic.certificate_pem + elliptic.key_pem)).find("no RSA key") !=
          std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "what is no certificate with a key is refused in words that name the setting")
{
    auto const& [certificate, key] = rsa_certificate();
    struct Case {
        std::string content;
        std::string_view reason;
    };
    Case const cases[] = {
        {certificate, "holds no private key"},
        {"", "holds no private key"},
        {key, "holds no certificate"},
        {certificate + "-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----\n", "no private key in PEM form"},
        {key + certificate.substr(0, certificate.size() / 2), "holds no certificate"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.reason);
        auto const reason = refusal(certificate_file(each.content));
        CHECK(reason.find(each.reason) != std::string::npos);
        CHECK(reason.find("partner_center.certificate") == 0);
    }
    CHECK(refusal({dir.path() / "missing", {}}).find("cannot open") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "an expired certificate is refused with the instant of its end")
{
    auto const& [certificate, key] = rsa_certificate();
    ClientCertificate const read{certificate_file(certificate + key)};
    auto const end = read.not_after();
    CHECK_NOTHROW(read.require_unexpired(end - 1s));
    CHECK_NOTHROW(read.assertion("client-1", "https://login.example/token", end - 1s));
    CHECK_THROWS_WITH_AS(read.require_unexpired(end),
                         doctest::Contains(("expired at " + format_timestamp(end)).c_str()), Error);
    CHECK_THROWS_AS(read.assertion("client-1", "https://login.example/token", end), Error);
}

} // namespace usaged::test
