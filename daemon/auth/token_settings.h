#pragma once

#include "daemon/secret/secret.h"

#include <filesystem>
#include <string>

namespace usaged {

/// The two generations of Entra ID's endpoints: v2 names the API by `scope`, v1 by `resource`.
enum class EndpointVersion { v1, v2 };

/// A certificate by which the application proves who it is, instead of a secret.
/// (Microsoft Entra docs: certificate-credentials)
struct CertificateSource {
    std::filesystem::path file; ///< PEM: the certificate, the leaf first, and the key if `key` is not configured
    SecretSource key;           ///< PEM; none: the key is in `file`

    bool configured() const { return !file.empty(); }
    bool operator==(CertificateSource const&) const = default;
};

/// What Entra ID has to be told. At most one of secret and certificate; neither: a public client.
struct TokenSettings {
    std::string authority; ///< without a trailing slash
    std::string tenant;
    std::string client_id;
    std::string audience; ///< the API that the token is for
    EndpointVersion version = EndpointVersion::v2;
    SecretSource client_secret;
    CertificateSource certificate;
    SecretSource refresh_token; ///< the seed
    bool operator==(TokenSettings const&) const = default;
};

} // namespace usaged
