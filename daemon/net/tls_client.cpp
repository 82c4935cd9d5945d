#include "daemon/net/tls_client.h"

#include "daemon/net/trust_files.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace usaged {
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;
namespace {

constexpr char const* tls12_ciphers =
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    "DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384";
constexpr char const* tls13_ciphers = "TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256";
constexpr int security_level = 2;

/// The text of an OpenSSL error; nothing of it is the server's.
std::string reason(boost::system::error_code const& error)
{
    auto const* const text = ::ERR_reason_error_string(static_cast<unsigned long>(error.value()));
    return text != nullptr ? text : error.message();
}

void require(int ok, char const* what)
{
    if (ok != 1) throw Error{ErrorCategory::tls, std::string{"OpenSSL refuses the setting of "} + what};
}

std::string remedy_for(long verify_result)
{
    switch (verify_result) {
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
        return "check this computer's clock; if it is right, the server needs a new certificate";
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
        return "check the host in partner_center.base_url and partner_center.authority";
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
        return "if a firewall here inspects TLS, put the certificate of its root into http.ca_file; if not, do not go "
               "on";
    case X509_V_ERR_CERT_REVOKED:
        return "do not go on: whoever holds the key of that certificate may be somebody else";
    case X509_V_ERR_UNABLE_TO_GET_CRL:
        return "put the revocation list of every CA of the server's chain into http.crl_file, or take that setting out";
    case X509_V_ERR_CRL_HAS_EXPIRED:
    case X509_V_ERR_CRL_NOT_YET_VALID:
        return "fetch the present revocation lists of the CAs into http.crl_file, and check this computer's clock";
    case X509_V_ERR_CRL_SIGNATURE_FAILURE:
    case X509_V_ERR_CRL_PATH_VALIDATION_ERROR:
    case X509_V_ERR_UNABLE_TO_DECRYPT_CRL_SIGNATURE:
    case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
    case X509_V_ERR_KEYUSAGE_NO_CRL_SIGN:
        return "http.crl_file holds a list that is not the CA's: fetch it anew";
    case X509_V_ERR_DIFFERENT_CRL_SCOPE:
    case X509_V_ERR_UNHANDLED_CRITICAL_CRL_EXTENSION:
    case X509_V_ERR_ERROR_IN_CRL_LAST_UPDATE_FIELD:
    case X509_V_ERR_ERROR_IN_CRL_NEXT_UPDATE_FIELD:
        return "http.crl_file holds a list that cannot be used for this certificate: fetch the CA's full list, or take "
               "that setting out";
    default:
        return "the server's operator has to repair its certificate";
    }
}

bool speaks_no_tls(int reason)
{
    return reason == SSL_R_WRONG_VERSION_NUMBER || reason == SSL_R_HTTP_REQUEST || reason == SSL_R_UNEXPECTED_MESSAGE ||
           reason == SSL_R_PACKET_LENGTH_TOO_LONG || reason == SSL_R_BAD_RECORD_TYPE ||
           reason == SSL_R_RECORD_LENGTH_MISMATCH || reason == SSL_R_UNEXPECTED_RECORD;
}

void load_roots(SSL_CTX& context, std::filesystem::path const& file)
{
    require(static_cast<int>(SSL_CTX_set0_verify_cert_store(&context, nullptr)), "the roots");
    ::ERR_clear_error();
    auto const loaded = ::SSL_CTX_load_verify_file(&context, file.c_str()) == 1;
    ::ERR_clear_error();
    if (loaded) return;
    throw no_roots(file);
}

void load_revocation_lists(SSL_CTX& context, std::filesystem::path const& file)
{
    auto* const lookup = ::X509_STORE_add_lookup(::SSL_CTX_get_cert_store(&context), ::X509_LOOKUP_file());
    auto const loaded = lookup != nullptr && ::X509_load_crl_file(lookup, file.c_str(), X509_FILETYPE_PEM) > 0;
    ::ERR_clear_error();
    if (!loaded) throw no_revocation_lists(file);
    constexpr unsigned long whole_chain = X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
    require(::X509_VERIFY_PARAM_set_flags(::SSL_CTX_get0_param(&context), whole_chain), "the check of revocation");
}

} // namespace

ssl::context make_tls_context(std::filesystem::path const& ca_file, std::filesystem::path const& crl_file)
{
    ssl::context context{ssl::context::tls_client};
    auto* const ctx = context.native_handle();
    // SSL_CTX_new has applied the file that OPENSSL_CONF names; all of it that matters is set again. The level comes
    // last, because a list of ciphers can set one too.
    ::SSL_CTX_clear_options(ctx, SSL_OP_ALLOW_UNSAFE_LEGACY_RENEGOTIATION | SSL_OP_LEGACY_SERVER_CONNECT |
                                     SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_TLSv1_2 | SSL_OP_NO_TLSv1_3);
    ::SSL_CTX_set_options(ctx, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CLEANSE_PLAINTEXT);
    require(static_cast<int>(SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION)), "the lowest TLS version");
    require(static_cast<int>(SSL_CTX_set_max_proto_version(ctx, 0)), "the highest TLS version");
    require(::SSL_CTX_set_cipher_list(ctx, tls12_ciphers), "the ciphers of TLS 1.2");
    require(::SSL_CTX_set_ciphersuites(ctx, tls13_ciphers), "the ciphers of TLS 1.3");
    ::SSL_CTX_set_security_level(ctx, security_level);
    ::SSL_CTX_set_verify(ctx, SSL_VERIFY_PEER, nullptr);
    require(::SSL_CTX_set_purpose(ctx, X509_PURPOSE_SSL_SERVER), "the purpose of certificates");

    load_roots(*ctx, ca_file);
    if (!crl_file.empty()) load_revocation_lists(*ctx, crl_file);
    return context;
}

void expect_host(SSL& ssl, std::string const& host)
{
    auto* const expected = ::SSL_get0_param(&ssl);
    ::X509_VERIFY_PARAM_set_hostflags(expected,
                                      X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    boost::system::error_code not_an_address;
    asio::ip::make_address(host, not_an_address);
    if (!not_an_address) {
        require(::X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()), "the expected address");
        return;
    }
    require(::X509_VERIFY_PARAM_set1_host(expected, host.c_str(), host.size()), "the expected host name");
    // What the macro SSL_set_tlsext_host_name does, without its old-style cast.
    require(static_cast<int>(::SSL_ctrl(&ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                                        const_cast<char*>(host.c_str()))),
            "the server name");
}

Error handshake_error(SSL const& ssl, boost::system::error_code const& error, std::string const& peer)
{
    if (auto const result = ::SSL_get_verify_result(&ssl); result != X509_V_OK)
        return Error{ErrorCategory::tls,
                     "the certificate of " + peer + " is not trusted: " + ::X509_verify_cert_error_string(result),
                     remedy_for(result)};
    if (error == asio::error::eof || error == ssl::error::stream_truncated)
        return Error{ErrorCategory::network, peer + " closed the connection during the TLS handshake"};
    if (error.category() != asio::error::get_ssl_category())
        return Error{ErrorCategory::network, "the TLS handshake with " + peer + " failed: " + error.message()};
    if (speaks_no_tls(ERR_GET_REASON(static_cast<unsigned long>(error.value()))))
        return Error{ErrorCategory::tls, peer + " does not speak TLS: " + reason(error),
                     "check host and port in the configuration, and whether a proxy or portal is in the way"};
    return Error{ErrorCategory::tls, "the TLS handshake with " + peer + " failed: " + reason(error),
                 "the server has to speak TLS 1.2 or newer with ciphers and keys of today"};
}

} // namespace usaged
