#include "tests/boot/service.h"
#include "tests/process/history_rows.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("a full disk fails polls, which status says, and the service recovers from it without a restart")
{
    InstalledService installed;
    auto const& [system, simulator, service] = installed;
    system.must("mount -t tmpfs -o size=16m,mode=0750,uid=usaged,gid=usaged tmpfs /var/lib/usaged");
    service.start();
    service.wait_for_log("snapshot_committed");
    auto const process = service.main_pid();
    system.run("dd if=/dev/zero of=/var/lib/usaged/filler bs=4k");
    installed.simulator.advance();
    service.systemctl("kill --signal=USR1");
    auto const entry = service.wait_for_log("poll_failed");
    CHECK(entry.at("MESSAGE").find("category=storage") != std::string::npos);
    CHECK(entry.at("PRIORITY") == "3");
    CHECK(service.stored_rows() == history_rows(simulator, 0));
    system.must("rm /var/lib/usaged/filler");
    service.wait_for_log("snapshot_committed", 2);
    CHECK(service.stored_rows() == history_rows(simulator, 1));
    CHECK(service.main_pid() == process);
    CHECK(service.property("NRestarts") == "0");
}

TEST_CASE("status says on the booted system how the service is, with the exit status of a monitoring plug-in")
{
    InstalledService installed{{{"retry.failed_poll", "{initial: 1h, max: 1h}"}}};
    auto const& [system, simulator, service] = installed;
    service.start();
    service.wait_for_log("snapshot_committed");
    CHECK(system.run("sudo usaged status").status == 0);
    system.must("usermod --append --groups usaged admin");
    CHECK(system.run("runuser -u admin -- usaged status").status == 0);
    installed.simulator.script(Endpoint::usage, answer(404));
    service.systemctl("kill --signal=USR1");
    service.wait_for_log("poll_failed");
    auto const failing = system.run("sudo usaged status");
    CHECK((failing.status == 1 || failing.status == 2));
    CHECK(failing.output.find("404") != std::string::npos);
}

} // namespace usaged::test
