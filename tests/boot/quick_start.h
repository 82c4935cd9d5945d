#pragma once

#include <string>
#include <vector>

namespace usaged::test {

/// The commands that the README gives a person who installs the package: the lines of the first block of shell below
/// its heading `### Install`, without comments and empty lines. Throws std::runtime_error if there are none.
std::vector<std::string> quick_start_commands();

} // namespace usaged::test
