#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace usaged::test {

/// RFC 4648, section 5, without padding.
std::string base64url(std::string_view bytes);

/// Nothing if `text` is not that.
std::optional<std::string> from_base64url(std::string_view text);

/// base64url(SHA-256(bytes)): a code_challenge of method S256, or the header `x5t#S256` of a DER certificate.
std::string s256(std::string_view bytes);

} // namespace usaged::test
