#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace usaged::test {

/// What a certificate says. The default is a good certificate for a server without a name.
struct CertificateOptions {
    std::string common_name = {};
    std::vector<std::string> dns_names = {};
    std::vector<std::string> ip_addresses = {}; ///< as text, IPv4 or IPv6
    std::chrono::seconds valid_from{-3600};     ///< counted from now
    std::chrono::seconds valid_until{86400};    ///< counted from now
    bool is_ca = false;                         ///< may issue others; without purpose
    int path_length = -1;                       ///< of a CA: how many CAs may follow; -1: any number
    std::string name_constraints = {};          ///< of a CA, as OpenSSL spells them: "permitted;DNS:example.com"
    std::string purpose = "serverAuth";         ///< extended key usage, as OpenSSL spells it
    int rsa_bits = 0;                           ///< 0: an elliptic curve key on P-256
    std::string digest = "SHA256";              ///< that the issuer signs with
};

/// A certificate and its private key, both as PEM. For a chain, join certificates, the leaf first.
struct KeyedCertificate {
    std::string certificate_pem;
    std::string key_pem;
};

/// A root that signs itself. Throws std::runtime_error with OpenSSL's reason, as the other functions do.
KeyedCertificate make_ca(std::string const& name);

/// A certificate with its own new key, signed by `ca`.
KeyedCertificate issue(KeyedCertificate const& ca, CertificateOptions const& options);

/// A certificate with its own new key that nobody but itself vouches for.
KeyedCertificate self_sign(CertificateOptions const& options);

/// What a revocation list says.
struct RevocationOptions {
    std::vector<KeyedCertificate> revoked = {};
    std::chrono::seconds valid_from{-3600};  ///< counted from now
    std::chrono::seconds valid_until{86400}; ///< counted from now
};

/// A revocation list of `ca`, as PEM.
std::string revocation_list(KeyedCertificate const& ca, RevocationOptions const& options = {});

} // namespace usaged::test
