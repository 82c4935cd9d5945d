#include "daemon/auth/client_assertion.h"

#include "daemon/auth/base64url.h"
#include "daemon/auth/guid.h"
#include "daemon/fault/error.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <stdexcept>
#include <vector>

namespace usaged {

namespace {

template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const
    {
        release(object);
    }
};

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

constexpr int smallest_key = 2048; // bits
constexpr int salt_length = 32;    // bytes, that of the digest (RFC 7518, section 3.5)
constexpr std::chrono::seconds skew{60};
constexpr std::chrono::seconds validity{600};

constexpr std::string_view setting = "partner_center.certificate.file";
constexpr std::string_view key_setting = "partner_center.certificate.key";

Error unusable(std::string_view name, std::string const& reason, std::string remedy)
{
    ERR_clear_error();
    return Error{ErrorCategory::config, std::string{name} + ": " + reason, std::move(remedy)};
}

Bio open_pem(std::string const& pem)
{
    return Bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

bool holds_key(Secret const& pem)
{
    return pem.reveal().find("PRIVATE KEY-----") != std::string::npos;
}

Secret read_certificate_file(CertificateSource const& source)
{
    auto pem = read_file(source.file, setting, Readers::anybody);
    if (holds_key(pem)) return read_file(source.file, setting, Readers::owner_and_group);
    if (!source.key.configured())
        throw unusable(setting, source.file.string() + " holds no private key",
                       "Append the key to that file, or name its own in partner_center.certificate.key.");
    return pem;
}

Certificate parse_certificate(std::string const& pem, std::string const& file)
{
    Certificate certificate{PEM_read_bio_X509(open_pem(pem).get(), nullptr, nullptr, nullptr)};
    if (certificate) return certificate;
    throw unusable(setting, file + " holds no certificate in PEM form",
                   "PEM begins with -----BEGIN CERTIFICATE-----. To convert: openssl x509 -inform DER -in FILE, or "
                   "openssl pkcs12 -noenc -in FILE.");
}

/// Stands in for OpenSSL's own, which asks at the terminal.
int refuse_passphrase(char*, int, int, void* asked)
{
    *static_cast<bool*>(asked) = true;
    return -1;
}

PrivateKey parse_key(std::string const& pem, std::string_view name)
{
    bool asked = false;
    PrivateKey key{PEM_read_bio_PrivateKey(open_pem(pem).get(), nullptr, refuse_passphrase, &asked)};
    if (asked)
        throw unusable(name, "the private key is protected by a passphrase",
                       "usaged starts without a person who could type it. Store the key without one (openssl pkey -in "
                       "OLD -out NEW), readable by usaged alone, or encrypt it with systemd-creds.");
    if (!key)
        throw unusable(name, "there is no private key in PEM form in it",
                       "PEM begins with -----BEGIN PRIVATE KEY-----. To convert: openssl pkey -inform DER -in FILE, or "
                       "openssl pkcs12 -noenc -in FILE.");
    if (EVP_PKEY_is_a(key.get(), "RSA") != 1)
        throw unusable(name, "the private key is no RSA key",
                       "Entra ID takes RSA only: openssl req -x509 -newkey rsa:2048 makes a certificate with one.");
    if (EVP_PKEY_get_bits(key.get()) < smallest_key)
        throw unusable(
            name, "the private key has " + std::to_string(EVP_PKEY_get_bits(key.get())) + " bits, which is too few",
            "Entra ID takes RSA keys of 2048 bits or more.");
    return key;
}

std::string thumbprint_of(X509 const* certificate)
{
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1)
        throw std::runtime_error{"OpenSSL cannot digest a certificate"};
    return base64url({digest.data(), size});
}

Timestamp end_of(X509 const* certificate)
{
    std::tm fields{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &fields) != 1)
        throw unusable(setting, "the certificate does not say until when it is valid", "Make a new one.");
    return Timestamp{std::chrono::seconds{::timegm(&fields)}};
}

std::string encoded(std::string const& json)
{
    return base64url({reinterpret_cast<unsigned char const*>(json.data()), json.size()});
}

/// No character in these texts needs to be escaped in JSON: the configuration sees to that.
std::string claims(std::string_view client_id, std::string_view token_url, Timestamp now)
{
    auto const from = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) - skew;
    auto const text = [](std::string_view value) { return '"' + std::string{value} + '"'; };
    return R"({"aud":)" + text(token_url) + R"(,"iss":)" + text(client_id) + R"(,"sub":)" + text(client_id) +
           R"(,"jti":)" + text(make_guid()) + R"(,"nbf":)" + std::to_string(from.count()) + R"(,"iat":)" +
           std::to_string(from.count()) + R"(,"exp":)" + std::to_string((from + validity).count()) + "}";
}

std::string sign_ps256(EVP_PKEY* key, std::string const& text)
{
    Digest const digest{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* context = nullptr; // belongs to the digest
    std::size_t size = 0;
    auto const* const bytes = reinterpret_cast<unsigned char const*>(text.data());
    bool done = digest && EVP_DigestSignInit(digest.get(), &context, EVP_sha256(), nullptr, key) == 1 &&
                EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
                EVP_PKEY_CTX_set_rsa_pss_saltlen(context, salt_length) == 1 &&
                EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) == 1 &&
                EVP_DigestSign(digest.get(), nullptr, &size, bytes, text.size()) == 1;
    std::vector<unsigned char> signature(size);
    done = done && EVP_DigestSign(digest.get(), signature.data(), &size, bytes, text.size()) == 1;
    if (!done) throw unusable(key_setting, "OpenSSL cannot sign with the private key", "Make a new one.");
    return base64url({signature.data(), size});
}

} // namespace

std::string certificate_thumbprint(std::string const& pem)
{
    return thumbprint_of(parse_certificate(pem, "the text").get());
}

struct ClientCertificate::Key {
    PrivateKey key;
};

ClientCertificate::ClientCertificate(CertificateSource const& source) : file_{source.file.string()}
{
    auto const pem = read_certificate_file(source);
    auto const certificate = parse_certificate(pem.reveal(), file_);
    bool const own_file = source.key.configured();
    auto key = own_file ? parse_key(read_secret(source.key, key_setting).reveal(), key_setting)
                        : parse_key(pem.reveal(), setting);
    if (X509_check_private_key(certificate.get(), key.get()) != 1)
        throw unusable(own_file ? key_setting : setting,
                       "the private key does not belong to the certificate of " + file_,
                       "Name the key that the certificate was made with; a chain has its own certificate first.");
    key_ = std::make_unique<Key>(Key{std::move(key)});
    thumbprint_ = thumbprint_of(certificate.get());
    not_after_ = end_of(certificate.get());
}

ClientCertificate::~ClientCertificate() = default;

void ClientCertificate::require_unexpired(Timestamp now) const
{
    if (now < not_after_) return;
    throw unusable(setting, "the certificate of " + file_ + " expired at " + format_timestamp(not_after_),
                   "Make a new one, upload it in the Microsoft Entra admin center (App registrations > the "
                   "application > Certificates & secrets) and put it into that file.");
}

Secret ClientCertificate::assertion(std::string_view client_id, std::string_view token_url, Timestamp now) const
{
    require_unexpired(now);
    auto token = encoded(R"({"alg":"PS256","typ":"JWT","x5t#S256":")" + thumbprint_ + "\"}") + "." +
                 encoded(claims(client_id, token_url, now));
    auto const signature = sign_ps256(key_->key.get(), token);
    // The signature makes it a credential: growing must leave no copy of it.
    token.reserve(token.size() + 1 + signature.size());
    return Secret{token.append(".").append(signature)};
}

} // namespace usaged
