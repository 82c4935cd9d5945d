#pragma once

#include <string>
#include <string_view>

namespace usaged::test {

/// RFC 1952.
std::string gzip(std::string_view bytes);

/// Whether an Accept-Encoding of this value takes gzip.
bool takes_gzip(std::string_view accept_encoding);

} // namespace usaged::test
