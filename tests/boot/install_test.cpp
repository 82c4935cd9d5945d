#include "tests/boot/service.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>

namespace usaged::test {
namespace {

/// Brings the package into the system and installs it as the manual says.
void install_package(BootedSystem const& system)
{
    std::filesystem::copy_file(package_file(), system.path("/srv") / package_file().filename());
    system.must("cd /srv && apt-get install --yes ./usaged_*.deb");
}

} // namespace

TEST_CASE("installing the package without a configuration succeeds and starts nothing")
{
    BootedSystem const system{Root::base};
    install_package(system);
    CHECK(system.run("systemctl is-active usaged").output == "inactive\n");
    CHECK(system.run("systemctl is-enabled usaged").output == "disabled\n");
    CHECK(system.must("systemctl --failed --plain --no-legend").empty());
    CHECK(system.must("systemctl is-system-running") == "running\n");
    CHECK(system.must("usaged --version").starts_with("usaged "));
    CHECK(system.must("systemd-analyze verify /usr/lib/systemd/system/usaged.service --man=no").empty());
}

TEST_CASE("what the package installs has the owners and modes of the manual")
{
    BootedSystem const system{Root::installed};
    CHECK(system.must("stat --format='%a %U:%G' /etc/usaged/usaged.yaml") == "640 root:usaged\n");
    CHECK(system.must("stat --format='%a %U:%G' /etc/usaged /var/lib/usaged") ==
          "750 root:usaged\n750 usaged:usaged\n");
    CHECK(system.must("stat --format='%a %U:%G' /usr/bin/usaged") == "755 root:root\n");
    CHECK(system.must("dpkg-query --show --showformat='${Conffiles}' usaged").find("/etc/usaged/usaged.yaml") !=
          std::string::npos);
    CHECK(system.must("getent passwd usaged").find(":/usr/sbin/nologin") != std::string::npos);
}

TEST_CASE("systemd finds the exposure of the running service at most 1.2")
{
    InstalledService const installed;
    installed.service.start();
    auto const table = installed.system.must("systemd-analyze security --no-pager usaged.service");
    auto const words = std::string{"Overall exposure level for usaged.service: "};
    auto const at = table.find(words);
    REQUIRE(at != std::string::npos);
    CHECK(std::stod(table.substr(at + words.size())) <= 1.2);
}

} // namespace usaged::test
