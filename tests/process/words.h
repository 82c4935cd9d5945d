#pragma once

#include <set>
#include <string>

namespace usaged::test {

using Words = std::set<std::string>;

/// What `found` lacks of `expected`, and what it has besides, in words; empty if they are the same.
std::string difference(Words const& found, Words const& expected);

} // namespace usaged::test
