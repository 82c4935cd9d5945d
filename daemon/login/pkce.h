#pragma once

#include "daemon/secret/secret.h"

#include <string>
#include <string_view>

namespace usaged {

/// 32 random bytes as 43 characters of base64url: a code_verifier (RFC 7636, section 4.1), or a `state`.
/// Throws std::runtime_error if the system has no random bytes.
Secret make_random_code();

/// base64url(SHA-256(verifier)), method S256 (RFC 7636, section 4.2).
std::string code_challenge(std::string_view verifier);

} // namespace usaged
