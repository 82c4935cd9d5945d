#include "tests/simulator/client_assertion.h"

#include "tests/simulator/base64url.h"
#include "tests/support/release.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <simdjson.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace usaged::test {
namespace {

namespace dom = simdjson::dom;

using Bio = std::unique_ptr<BIO, Release<BIO_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>>;

Refusal invalid_client(int code, std::string text)
{
    return {401, "invalid_client", code, std::move(text)};
}

Refusal malformed()
{
    return invalid_client(50027, "JWT token is invalid or malformed.");
}

std::string der_of(std::string const& pem)
{
    Bio const bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    Certificate const certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
    if (!certificate) throw std::runtime_error{"the client certificate is no PEM"};
    std::string der(static_cast<std::size_t>(i2d_X509(certificate.get(), nullptr)), '\0');
    auto* out = reinterpret_cast<unsigned char*>(der.data());
    i2d_X509(certificate.get(), &out);
    return der;
}

bool set_padding(EVP_PKEY_CTX* context)
{
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) > 0 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) > 0 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, EVP_sha256()) > 0;
}

bool verifies(std::string const& der, std::string_view signed_text, std::string const& signature)
{
    auto const* in = reinterpret_cast<unsigned char const*>(der.data());
    Certificate const certificate{d2i_X509(nullptr, &in, static_cast<long>(der.size()))};
    Digest const digest{EVP_MD_CTX_new()};
    EVP_PKEY_CTX* context = nullptr;
    auto* const key = X509_get0_pubkey(certificate.get());
    return EVP_DigestVerifyInit(digest.get(), &context, EVP_sha256(), nullptr, key) == 1 && set_padding(context) &&
           EVP_DigestVerify(digest.get(), reinterpret_cast<unsigned char const*>(signature.data()), signature.size(),
                            reinterpret_cast<unsigned char const*>(signed_text.data()), signed_text.size()) == 1;
}

std::string text_of(dom::element document, std::string_view name)
{
    std::string_view text;
    return document[name].get(text) == simdjson::SUCCESS ? std::string{text} : std::string{};
}

std::optional<AssertionCheck::Time> time_of(dom::element document, std::string_view name)
{
    std::int64_t seconds = 0;
    if (document[name].get(seconds) != simdjson::SUCCESS) return std::nullopt;
    return AssertionCheck::Time{std::chrono::seconds{seconds}};
}

} // namespace

struct AssertionCheck::Parts {
    std::string_view signed_text;
    std::string header;
    std::string claims;
    std::string signature;

    static std::optional<Parts> split(std::string_view assertion)
    {
        auto const first = assertion.find('.');
        auto const second = assertion.rfind('.');
        if (first == std::string_view::npos || first == second) return std::nullopt;
        auto const header = from_base64url(assertion.substr(0, first));
        auto const claims = from_base64url(assertion.substr(first + 1, second - first - 1));
        auto const signature = from_base64url(assertion.substr(second + 1));
        if (!header || !claims || !signature) return std::nullopt;
        return Parts{assertion.substr(0, second), *header, *claims, *signature};
    }
};

AssertionCheck::AssertionCheck(std::string client_id, std::string const& certificate_pem)
    : client_id_{std::move(client_id)}, der_{der_of(certificate_pem)}
{
}

std::optional<Refusal> AssertionCheck::refuse(std::string_view assertion, std::string const& token_url, Time now)
{
    auto const parts = Parts::split(assertion);
    if (!parts) return malformed();
    if (auto refusal = refuse_header(parts->header)) return refusal;
    if (auto refusal = refuse_signature(*parts)) return refusal;
    return refuse_claims(parts->claims, token_url, now);
}

std::optional<Refusal> AssertionCheck::refuse_header(std::string const& header) const
{
    dom::parser parser;
    dom::element document;
    if (parser.parse(header).get(document) != simdjson::SUCCESS || text_of(document, "typ") != "JWT")
        return malformed();
    if (text_of(document, "alg") != "PS256") return malformed();
    if (text_of(document, "x5t#S256") == s256(der_)) return std::nullopt;
    return invalid_client(700027, "The certificate with identifier used to sign the client assertion is not "
                                  "registered on application.");
}

std::optional<Refusal> AssertionCheck::refuse_signature(Parts const& parts) const
{
    if (verifies(der_, parts.signed_text, parts.signature)) return std::nullopt;
    return invalid_client(700027, "Client assertion failed signature validation.");
}

std::optional<Refusal> AssertionCheck::refuse_claims(std::string const& claims, std::string const& token_url, Time now)
{
    dom::parser parser;
    dom::element document;
    if (parser.parse(claims).get(document) != simdjson::SUCCESS) return malformed();
    auto const from = time_of(document, "nbf");
    auto const until = time_of(document, "exp");
    auto const id = text_of(document, "jti");
    if (!from || !until || id.empty()) return malformed();
    if (text_of(document, "aud") != token_url)
        return invalid_client(50012, "Client assertion audience claim does not match Realm issuer.");
    if (text_of(document, "iss") != client_id_)
        return invalid_client(700021, "Client assertion application identifier doesn't match 'client_id' parameter.");
    if (text_of(document, "sub") != client_id_)
        return invalid_client(50048, "Subject must match Issuer claim in the client assertion.");
    if (now < *from || now >= *until)
        return invalid_client(700024, "Client assertion is not within its valid time range.");
    if (!used_.insert(id).second) return invalid_client(50013, "Assertion is invalid: it was used before.");
    return std::nullopt;
}

} // namespace usaged::test
