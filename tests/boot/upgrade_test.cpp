#include "tests/boot/service.h"
#include "tests/process/history_rows.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

/// Puts the package with a higher version and another example configuration into the system.
void bring_next_version(BootedSystem const& system)
{
    TempDir const directory;
    auto const tree = (directory.path() / "tree").string();
    auto const package = (directory.path() / "usaged_next.deb").string();
    auto const script = "set -e; dpkg-deb --raw-extract '" + package_file().string() + "' " + tree +
                        "; sed -i 's/^Version: .*/&+next/' " + tree + "/DEBIAN/control" +
                        "; echo '# A comment of the next version.' >>" + tree + "/etc/usaged/usaged.yaml" +
                        "; dpkg-deb --root-owner-group --build " + tree + ' ' + package;
    auto const ran = run_command({"bash", "-c", script});
    if (ran.status != 0) throw std::runtime_error{ran.output};
    fs::copy_file(package, system.path("/srv/usaged_next.deb"));
}

/// As unattended-upgrades does it.
void upgrade(BootedSystem const& system)
{
    bring_next_version(system);
    system.must("DEBIAN_FRONTEND=noninteractive apt-get install --yes -o Dpkg::Options::=--force-confdef "
                "-o Dpkg::Options::=--force-confold /srv/usaged_next.deb");
    CHECK(system.must("dpkg-query --show --showformat='${Version}' usaged").ends_with("+next"));
}

} // namespace

TEST_CASE("an upgrade restarts the running service and keeps configuration and data")
{
    InstalledService const installed;
    auto const& [system, simulator, service] = installed;
    service.systemctl("enable --now");
    service.wait_for_log("snapshot_committed");
    auto const process = service.main_pid();
    auto const configuration = read_file(system.path("/etc/usaged/usaged.yaml"));
    upgrade(system);
    CHECK(read_file(system.path("/etc/usaged/usaged.yaml")) == configuration);
    CHECK(system.must("stat --format='%a %U:%G' /etc/usaged/usaged.yaml") == "640 root:usaged\n");
    CHECK(service.property("ActiveState") == "active");
    CHECK(service.main_pid() != process);
    CHECK(service.property("NRestarts") == "0");
    CHECK(service.stored_rows() == history_rows(simulator, 0));
    CHECK(service.polls() == Lines{"startup|ok|"});
    CHECK(system.must("systemctl is-enabled usaged") == "enabled\n");
    CHECK(system.must("systemctl --failed --plain --no-legend").empty());
}

TEST_CASE("an upgrade leaves a service stopped that was stopped")
{
    InstalledService const installed;
    auto const& [system, simulator, service] = installed;
    service.start();
    service.wait_for_log("snapshot_committed");
    service.systemctl("stop");
    upgrade(system);
    CHECK(service.property("ActiveState") == "inactive");
    CHECK(service.stored_rows() == history_rows(simulator, 0));
}

TEST_CASE("removing the package stops the service and keeps configuration and data, purging removes them")
{
    InstalledService const installed;
    auto const& [system, simulator, service] = installed;
    service.systemctl("enable --now");
    service.wait_for_log("snapshot_committed");
    system.must("apt-get remove --yes usaged");
    CHECK(service.property("ActiveState") == "inactive");
    CHECK(system.run("pgrep --exact usaged || ls /usr/bin/usaged").status != 0);
    CHECK(service.stored_rows() == history_rows(simulator, 0));
    CHECK(fs::exists(system.path("/etc/usaged/usaged.yaml")));
    CHECK(fs::exists(system.path("/etc/usaged/client_secret")));
    system.must("apt-get purge --yes usaged");
    CHECK_FALSE(fs::exists(system.path("/etc/usaged")));
    CHECK_FALSE(fs::exists(system.path("/var/lib/usaged")));
    CHECK(service.property("LoadState") == "not-found");
    CHECK(system.must("find /etc/systemd /usr/lib/systemd /var/lib/systemd -name '*usaged*'").empty());
    CHECK(system.must("systemctl --failed --plain --no-legend").empty());
}

TEST_CASE("a package that was removed and is installed again goes on with its history")
{
    InstalledService const installed;
    auto const& [system, simulator, service] = installed;
    service.systemctl("enable --now");
    service.wait_for_log("snapshot_committed");
    system.must("apt-get remove --yes usaged");
    bring_next_version(system);
    system.must("apt-get install --yes -o Dpkg::Options::=--force-confold /srv/usaged_next.deb");
    service.start();
    service.wait_for_log("started - usaged", 2);
    CHECK(service.polls() == Lines{"startup|ok|"});
    CHECK(service.stored_rows() == history_rows(simulator, 0));
}

} // namespace usaged::test
