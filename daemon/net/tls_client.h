#pragma once

#include "daemon/fault/error.h"

#include <boost/asio/ssl/context.hpp>
#include <boost/system/error_code.hpp>
#include <openssl/types.h>

#include <filesystem>
#include <string>

namespace usaged {

/// What connections to servers have in common: TLS 1.2 or newer, security level 2, ciphers with forward secrecy and
/// authenticated encryption, the roots in `ca_file` and no others, whatever OpenSSL's configuration file says. Unless
/// `crl_file` is empty, every certificate of a chain, the root included, is looked up in the current revocation list of
/// its issuer, which has to be there.
/// Throws Error with ErrorCategory::config if a file cannot be read or holds no certificate, or no revocation list.
boost::asio::ssl::context make_tls_context(std::filesystem::path const& ca_file, std::filesystem::path const& crl_file);

/// Makes the handshake of `ssl` ask for `host` (a name, or an address as text) and accept nothing but a certificate
/// that says so among its alternative names; the common name does not count. (RFC 9525)
void expect_host(SSL& ssl, std::string const& host);

/// What it means that the handshake of `ssl` with `peer` failed with `error`: ErrorCategory::tls with the reason, or
/// ErrorCategory::network if it was the connection that failed.
Error handshake_error(SSL const& ssl, boost::system::error_code const& error, std::string const& peer);

} // namespace usaged
