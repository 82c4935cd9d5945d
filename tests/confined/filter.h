#pragma once

#include <istream>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace usaged::test {

/// The groups of system calls that systemd has names for, `@file-system` and the like, and what each holds: names of
/// calls and of other groups.
using CallGroups = std::map<std::string, std::vector<std::string>>;

/// Reads what `systemd-analyze syscall-filter` prints.
CallGroups read_call_groups(std::istream& in);

/// The names of the system calls that SystemCallFilter= of a unit allows. Throws std::runtime_error for a unit that has
/// none, or one that allows everything but a list (systemd.exec(5) has both), and for a group that is not in `groups`.
std::set<std::string> allowed_calls(std::istream& unit, CallGroups const& groups);

} // namespace usaged::test
