#include "tests/simulator/assertion.h"

#include "tests/simulator/base64url.h"
#include "tests/simulator/exchange.h"
#include "tests/simulator/json_text.h"
#include "tests/support/release.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <cstddef>
#include <memory>
#include <stdexcept>

namespace usaged::test {
namespace {

using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;

Bio open_pem(std::string const& pem)
{
    return Bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

std::string thumbprint(std::string const& pem)
{
    Certificate const certificate{PEM_read_bio_X509(open_pem(pem).get(), nullptr, nullptr, nullptr)};
    std::string der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate.get(), &out);
    return s256(der);
}

std::string object(std::map<std::string, std::string> const& fields)
{
    std::string text;
    for (auto const& [name, value] : fields) text += (text.empty() ? "{" : ",") + json_text(name) + ':' + value;
    return text + '}';
}

std::string signature(std::string const& text, std::string const& key_pem, bool pss)
{
    Key const key{PEM_read_bio_PrivateKey(open_pem(key_pem).get(), nullptr, nullptr, nullptr)};
    Digest const digest{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* context = nullptr;
    auto good = EVP_DigestSignInit(digest.get(), &context, EVP_sha256(), nullptr, key.get()) == 1;
    if (good && pss)
        good = EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
               EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0;
    std::string bytes(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())), '\0');
    auto size = bytes.size();
    if (!good || EVP_DigestSign(digest.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size,
                                reinterpret_cast<unsigned char const*>(text.data()), text.size()) != 1)
        throw std::runtime_error{"the assertion cannot be signed"};
    return bytes;
}

} // namespace

AssertionParts good_assertion(KeyedCertificate const& certificate, std::string const& client_id,
                              std::string const& token_url)
{
    auto const now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
    AssertionParts parts;
    parts.header = {
        {"alg", R"("PS256")"}, {"typ", R"("JWT")"}, {"x5t#S256", json_text(thumbprint(certificate.certificate_pem))}};
    parts.claims = {{"aud", json_text(token_url)},     {"iss", json_text(client_id)}, {"sub", json_text(client_id)},
                    {"jti", json_text(random_guid())}, {"nbf", std::to_string(now)},  {"iat", std::to_string(now)},
                    {"exp", std::to_string(now + 600)}};
    return parts;
}

std::string sign(AssertionParts const& parts, KeyedCertificate const& certificate)
{
    auto const text = base64url(object(parts.header)) + '.' + base64url(object(parts.claims));
    return text + '.' + base64url(signature(text, certificate.key_pem, parts.pss));
}

KeyedCertificate make_client_certificate()
{
    CertificateOptions options;
    options.common_name = "Simulated application";
    options.rsa_bits = 2048;
    return self_sign(options);
}

} // namespace usaged::test
