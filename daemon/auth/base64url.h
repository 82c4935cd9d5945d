#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace usaged {

/// `bytes` in the alphabet that is safe in URLs, without padding (RFC 4648, section 5; RFC 7515, section 2).
std::string base64url(std::span<unsigned char const> bytes);

} // namespace usaged
