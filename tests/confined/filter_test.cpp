#include "tests/confined/filter.h"

#include <doctest/doctest.h>

#include <sstream>

namespace usaged::test {
namespace {

/// As `systemd-analyze syscall-filter` prints them.
constexpr char const* printed = R"(@io
    # Reading and writing
    read
    write

@all
    # Everything
    @io
    uname

# Calls that are in no group
    bpf
)";

std::set<std::string> allowed(std::string const& unit)
{
    std::istringstream groups{printed};
    std::istringstream lines{unit};
    return allowed_calls(lines, read_call_groups(groups));
}

using Names = std::set<std::string>;

} // namespace

TEST_CASE("what a unit allows is the sum of its groups and calls, less those behind a tilde")
{
    CHECK(allowed("[Service]\nSystemCallFilter=@io uname\n") == Names{"read", "write", "uname"});
    CHECK(allowed("SystemCallFilter=@io\nSystemCallFilter=brk\n") == Names{"read", "write", "brk"});
    CHECK(allowed("SystemCallFilter=@all\nSystemCallFilter=~@io\n") == Names{"uname"});
    CHECK(allowed("SystemCallFilter=@all\nSystemCallFilter=~write:ENOSYS\n") == Names{"read", "uname"});
}

TEST_CASE("a filter that would allow what nobody named is refused")
{
    CHECK_THROWS_WITH(allowed("[Service]\nUser=usaged\n"), "the unit has no filter of system calls");
    CHECK_THROWS_WITH(allowed("SystemCallFilter=~@io\n"), "the unit allows every system call but some");
    CHECK_THROWS_WITH(allowed("SystemCallFilter=@all @odd\n"), "systemd knows no group @odd");
}

} // namespace usaged::test
