#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <sys/wait.h>

namespace usaged::test {
namespace {

/// How the command ended that was started under the filter of that unit: as a shell says it.
int confined(std::string const& unit, std::string const& command)
{
    auto const line = USAGED_CONFINED " " + unit + ' ' + command + " >/dev/null";
    auto const status = std::system(("exec " + line).c_str());
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

constexpr int killed = 128 + SIGSYS;

} // namespace

TEST_CASE("a program that keeps to the unit's filter runs under it")
{
    CHECK(confined(USAGED_UNIT, "/bin/true") == 0);
    CHECK(confined(USAGED_UNIT, "/bin/false") == 1);
    CHECK(confined(USAGED_UNIT, "/bin/sh -c 'exec /bin/uname'") == 0);
}

TEST_CASE("a program that makes a call which the unit forbids is killed")
{
    for (auto const* command : {"/usr/bin/nice -n 1 /bin/true", "/usr/sbin/chroot / /bin/true",
                                "/bin/chgrp --no-dereference 0 /proc/self/fd/0"}) {
        CAPTURE(command);
        CHECK(confined(USAGED_UNIT, command) == killed);
    }
}

TEST_CASE("it is the unit that decides what is forbidden")
{
    TempDir const directory;
    auto const unit = directory.path() / "narrow.service";
    std::ofstream{unit} << "[Service]\nSystemCallFilter=@system-service\nSystemCallFilter=~uname\n";
    CHECK(confined(unit, "/bin/true") == 0);
    CHECK(confined(unit, "/bin/uname") == killed);
}

TEST_CASE("nothing is started where there is no filter to start it under")
{
    TempDir const directory;
    CHECK(confined(directory.path() / "missing.service", "/bin/true 2>/dev/null") == 127);
}

} // namespace usaged::test
