#pragma once

#include "tests/support/certificates.h"

#include <string>

namespace usaged::test {

/// The certificate of an application with an RSA key of 2048 bits, valid for a day: made once, as that takes its time.
KeyedCertificate const& rsa_certificate();

/// Another one.
KeyedCertificate const& other_rsa_certificate();

/// The two forms in which a key with a passphrase stands in PEM.
enum class KeyForm { pkcs8, traditional };
std::string encrypted_key(std::string const& key_pem, KeyForm form);

} // namespace usaged::test
