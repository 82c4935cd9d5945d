#include "tests/support/certificates.h"

#include "tests/support/release.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <array>
#include <cstdint>
#include <memory>
#include <stdexcept>

namespace usaged::test {
namespace {

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using RevocationList = std::unique_ptr<X509_CRL, Release<X509_CRL_free>>;
using Time = std::unique_ptr<ASN1_TIME, Release<ASN1_TIME_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Release<X509_EXTENSION_free>>;

[[noreturn]] void fail(char const* what)
{
    std::array<char, 256> reason{};
    ERR_error_string_n(ERR_get_error(), reason.data(), reason.size());
    throw std::runtime_error{std::string{what} + ": " + reason.data()};
}

void require(bool done, char const* what)
{
    if (!done) fail(what);
}

Key make_key(int rsa_bits)
{
    Key key{rsa_bits == 0 ? EVP_EC_gen("P-256") : EVP_RSA_gen(static_cast<unsigned>(rsa_bits))};
    require(key != nullptr, "making a key");
    return key;
}

template <class Write>
std::string to_pem(Write write)
{
    Bio const bio{BIO_new(BIO_s_mem())};
    require(bio && write(bio.get()) == 1, "writing PEM");
    char* text = nullptr;
    auto const size = BIO_get_mem_data(bio.get(), &text);
    return {text, static_cast<std::size_t>(size)};
}

KeyedCertificate to_pem(X509* certificate, EVP_PKEY* key)
{
    return {to_pem([&](BIO* bio) { return PEM_write_bio_X509(bio, certificate); }), to_pem([&](BIO* bio) {
                return PEM_write_bio_PrivateKey(bio, key, nullptr, nullptr, 0, nullptr, nullptr);
            })};
}

Bio open_pem(std::string const& pem)
{
    return Bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
}

Certificate read_certificate(std::string const& pem)
{
    Certificate certificate{PEM_read_bio_X509(open_pem(pem).get(), nullptr, nullptr, nullptr)};
    require(certificate != nullptr, "reading a certificate");
    return certificate;
}

Key read_key(std::string const& pem)
{
    Key key{PEM_read_bio_PrivateKey(open_pem(pem).get(), nullptr, nullptr, nullptr)};
    require(key != nullptr, "reading a key");
    return key;
}

void add_extension(X509* certificate, X509* issuer, int nid, std::string const& value)
{
    X509V3_CTX context;
    X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
    X509V3_set_ctx_nodb(&context);
    Extension const extension{X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str())};
    require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "adding an extension");
}

std::string alternative_names(CertificateOptions const& options)
{
    std::string names;
    for (auto const& name : options.dns_names) names += ",DNS:" + name;
    for (auto const& address : options.ip_addresses) names += ",IP:" + address;
    return names.empty() ? names : names.substr(1);
}

void set_identity(X509* certificate, CertificateOptions const& options)
{
    std::uint64_t serial = 0;
    require(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random bytes");
    ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1U);
    X509_set_version(certificate, X509_VERSION_3);
    X509_gmtime_adj(X509_getm_notBefore(certificate), options.valid_from.count());
    X509_gmtime_adj(X509_getm_notAfter(certificate), options.valid_until.count());
    auto const* name = reinterpret_cast<unsigned char const*>(options.common_name.c_str());
    if (options.common_name.empty()) return;
    auto* const subject = X509_get_subject_name(certificate);
    require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, name, -1, -1, 0) == 1, "setting a name");
}

std::string basic_constraints(CertificateOptions const& options)
{
    if (!options.is_ca) return "critical,CA:FALSE";
    return "critical,CA:TRUE" +
           (options.path_length < 0 ? std::string{} : ",pathlen:" + std::to_string(options.path_length));
}

void set_extensions(X509* certificate, X509* issuer, CertificateOptions const& options)
{
    add_extension(certificate, issuer, NID_basic_constraints, basic_constraints(options));
    add_extension(certificate, issuer, NID_key_usage,
                  options.is_ca ? "critical,keyCertSign,cRLSign" : "critical,digitalSignature");
    add_extension(certificate, issuer, NID_subject_key_identifier, "hash");
    if (issuer != certificate) add_extension(certificate, issuer, NID_authority_key_identifier, "keyid");
    if (!options.is_ca && !options.purpose.empty())
        add_extension(certificate, issuer, NID_ext_key_usage, options.purpose);
    if (!options.name_constraints.empty())
        add_extension(certificate, issuer, NID_name_constraints, "critical," + options.name_constraints);
    if (auto const names = alternative_names(options); !names.empty())
        add_extension(certificate, issuer, NID_subject_alt_name, names);
}

/// Without an issuer the certificate signs itself.
KeyedCertificate make(X509* issuer, EVP_PKEY* issuer_key, CertificateOptions const& options)
{
    auto const key = make_key(options.rsa_bits);
    Certificate const certificate{X509_new()};
    require(certificate && X509_set_pubkey(certificate.get(), key.get()) == 1, "making a certificate");
    set_identity(certificate.get(), options);
    auto* const signer = issuer != nullptr ? issuer : certificate.get();
    X509_set_issuer_name(certificate.get(), X509_get_subject_name(signer));
    set_extensions(certificate.get(), signer, options);
    auto* const signing_key = issuer != nullptr ? issuer_key : key.get();
    auto const* const digest = EVP_get_digestbyname(options.digest.c_str());
    require(digest != nullptr && X509_sign(certificate.get(), signing_key, digest) > 0, "signing a certificate");
    return to_pem(certificate.get(), key.get());
}

} // namespace

KeyedCertificate make_ca(std::string const& name)
{
    CertificateOptions options;
    options.common_name = name;
    options.is_ca = true;
    return self_sign(options);
}

KeyedCertificate issue(KeyedCertificate const& ca, CertificateOptions const& options)
{
    auto const issuer = read_certificate(ca.certificate_pem);
    auto const issuer_key = read_key(ca.key_pem);
    return make(issuer.get(), issuer_key.get(), options);
}

KeyedCertificate self_sign(CertificateOptions const& options)
{
    return make(nullptr, nullptr, options);
}

std::string revocation_list(KeyedCertificate const& ca, RevocationOptions const& options)
{
    auto const issuer = read_certificate(ca.certificate_pem);
    auto const issuer_key = read_key(ca.key_pem);
    Time const from{X509_gmtime_adj(nullptr, options.valid_from.count())};
    Time const until{X509_gmtime_adj(nullptr, options.valid_until.count())};
    RevocationList const list{X509_CRL_new()};
    require(list && X509_CRL_set_version(list.get(), X509_CRL_VERSION_2) == 1 &&
                X509_CRL_set_issuer_name(list.get(), X509_get_subject_name(issuer.get())) == 1 &&
                X509_CRL_set1_lastUpdate(list.get(), from.get()) == 1 &&
                X509_CRL_set1_nextUpdate(list.get(), until.get()) == 1,
            "making a revocation list");
    for (auto const& revoked : options.revoked) {
        auto const certificate = read_certificate(revoked.certificate_pem);
        auto* const entry = X509_REVOKED_new();
        require(X509_REVOKED_set_serialNumber(entry, X509_get_serialNumber(certificate.get())) == 1 &&
                    X509_REVOKED_set_revocationDate(entry, from.get()) == 1 &&
                    X509_CRL_add0_revoked(list.get(), entry) == 1,
                "revoking a certificate");
    }
    X509_CRL_sort(list.get());
    require(X509_CRL_sign(list.get(), issuer_key.get(), EVP_sha256()) > 0, "signing a revocation list");
    return to_pem([&](BIO* bio) { return PEM_write_bio_X509_CRL(bio, list.get()); });
}

} // namespace usaged::test
