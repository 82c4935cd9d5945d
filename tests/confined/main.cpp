// usaged-confined UNIT PROGRAM [ARGUMENT…] becomes PROGRAM under the SystemCallFilter= of UNIT, and stricter than
// systemd: a call that is not allowed, or of another architecture, kills the process instead of failing.
#include "tests/confined/filter.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iostream>
#include <memory>
#include <seccomp.h>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace {

using usaged::test::CallGroups;

void require(int result, char const* what)
{
    if (result < 0) throw std::system_error{-result, std::generic_category(), what};
}

CallGroups call_groups()
{
    std::FILE* const pipe = ::popen("systemd-analyze --no-pager syscall-filter </dev/null 2>/dev/null", "re");
    if (pipe == nullptr) throw std::system_error{errno, std::generic_category(), "systemd-analyze"};
    std::stringstream text;
    std::array<char, 4096> buffer{};
    for (std::size_t size = 0; (size = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;)
        text.write(buffer.data(), static_cast<std::streamsize>(size));
    if (::pclose(pipe) != 0) throw std::runtime_error{"systemd-analyze failed"};
    return usaged::test::read_call_groups(text);
}

/// From here on this process makes the calls that the unit allows, or dies.
void confine(char const* unit)
{
    std::ifstream file{unit};
    if (!file) throw std::system_error{errno, std::generic_category(), unit};
    std::unique_ptr<void, decltype(&::seccomp_release)> const filter{::seccomp_init(SCMP_ACT_KILL_PROCESS),
                                                                     &::seccomp_release};
    if (!filter) throw std::runtime_error{"seccomp_init failed"};
    require(::seccomp_attr_set(filter.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "seccomp_attr_set");
    for (auto const& name : usaged::test::allowed_calls(file, call_groups())) {
        int const number = ::seccomp_syscall_resolve_name(name.c_str());
        // systemd, too, passes over names that this architecture or library does not have.
        if (number >= 0) require(::seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0), name.c_str());
    }
    // For root alone SQLite tries to give its files to the owner of the database, and takes no for an answer.
    if (::geteuid() == 0)
        require(::seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(EPERM), SCMP_SYS(fchown), 0), "fchown");
    require(::seccomp_load(filter.get()), "seccomp_load");
}

} // namespace

int main(int argc, char** argv)
{
    try {
        if (argc < 3) throw std::runtime_error{"usaged-confined UNIT PROGRAM [ARGUMENT…]"};
        confine(argv[1]);
        ::execv(argv[2], argv + 2);
        throw std::system_error{errno, std::generic_category(), argv[2]};
    } catch (std::exception const& error) {
        std::cerr << "usaged-confined: " << error.what() << '\n';
        return 127;
    }
}
