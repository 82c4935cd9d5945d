#pragma once

#include "tests/boot/booted_system.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// An entry of the journal: its fields, the binary ones left out.
using JournalEntry = std::map<std::string, std::string>;

/// What the journal holds of a unit: what it wrote itself, and what systemd says about it.
std::vector<JournalEntry> journal_of(BootedSystem const& system, std::string const& unit);

/// Blocks until the journal has so many entries of the unit whose MESSAGE has that text, and returns the last of them.
/// Throws std::runtime_error, with the journal, if that does not come.
JournalEntry wait_for_message(BootedSystem const& system, std::string const& unit, std::string_view text,
                              std::size_t count = 1);

} // namespace usaged::test
