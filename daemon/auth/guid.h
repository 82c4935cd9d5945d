#pragma once

#include <string>

namespace usaged {

/// A random GUID as Partner Center writes them: lower case, with hyphens, without braces (RFC 4122, version 4).
std::string make_guid();

} // namespace usaged
