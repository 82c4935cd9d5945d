#pragma once

#include "daemon/auth/token_settings.h"
#include "daemon/dataset/timestamp.h"
#include "daemon/secret/secret.h"

#include <memory>
#include <string>
#include <string_view>

namespace usaged {

/// base64url(SHA-256(DER)) of the first certificate in `pem`. Throws Error with ErrorCategory::config if there is none.
std::string certificate_thumbprint(std::string const& pem);

/// The application's certificate and private key, ready to sign.
class ClientCertificate {
public:
    /// Reads both. Throws Error with ErrorCategory::config if a file cannot be read or is not PEM, if the key is not
    /// RSA of 2048 bits or more, is protected by a passphrase, does not belong to the certificate, or lies in a file
    /// that others can read.
    explicit ClientCertificate(CertificateSource const& source);
    ClientCertificate(ClientCertificate const&) = delete;
    ClientCertificate& operator=(ClientCertificate const&) = delete;
    ~ClientCertificate();

    /// See certificate_thumbprint: the header `x5t#S256`.
    std::string const& thumbprint() const { return thumbprint_; }

    /// When it ends; Entra ID refuses it from then on.
    Timestamp not_after() const { return not_after_; }

    /// Throws Error with ErrorCategory::config if it has ended.
    void require_unexpired(Timestamp now) const;

    /// A JWT that says to `token_url` that we are `client_id`: PS256, valid from a minute before `now` for ten minutes,
    /// with a new jti. Throws as require_unexpired.
    /// (Microsoft Entra docs: certificate-credentials; RFC 7515, RFC 7518 section 3.5)
    Secret assertion(std::string_view client_id, std::string_view token_url, Timestamp now) const;

private:
    struct Key;
    std::unique_ptr<Key> key_;
    std::string file_; ///< for messages
    std::string thumbprint_;
    Timestamp not_after_;
};

} // namespace usaged
