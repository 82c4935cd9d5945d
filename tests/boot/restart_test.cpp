#include "tests/boot/service.h"
#include "tests/process/history_rows.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("a service that hangs is killed by the watchdog and started again, and nothing is lost or doubled")
{
    InstalledService const installed;
    auto const& service = installed.service;
    service.drop_in("WatchdogSec=2s\nTimeoutAbortSec=1s\nRestartSec=100ms");
    service.start();
    service.wait_for_log("snapshot_committed");
    auto const process = service.main_pid();
    CHECK(service.systemctl("kill --signal=STOP").status == 0);
    service.wait_for_log("Watchdog timeout");
    service.wait_for_property("NRestarts", "1");
    service.wait_for_property("ActiveState", "active");
    CHECK(service.main_pid() != process);
    service.wait_for_log("started - usaged", 2);
    CHECK(service.polls() == Lines{"startup|ok|"}); // the next one is due tomorrow
    CHECK(service.stored_rows() == history_rows(installed.simulator, 0));
}

TEST_CASE("a service that is killed in the middle of a poll is started again, and nothing is lost or doubled")
{
    InstalledService installed;
    auto const& service = installed.service;
    service.drop_in("RestartSec=100ms");
    installed.simulator.script(Endpoint::usage, cut_after(600, Ending::stall));
    service.start();
    installed.simulator.wait_for_requests(Endpoint::usage, 1);
    CHECK(service.systemctl("kill --signal=KILL").status == 0);
    service.wait_for_log("snapshot_committed");
    CHECK(service.property("NRestarts") == "1");
    CHECK(service.property("ActiveState") == "active");
    CHECK(service.polls() == Lines{"startup|failed|interrupted", "startup|ok|"});
    CHECK(service.stored_rows() == history_rows(installed.simulator, 0));
    CHECK(installed.system.must("sqlite3 /var/lib/usaged/usage.db 'PRAGMA integrity_check'") == "ok\n");
}

TEST_CASE("a wrong configuration ends the service for good, and says where it is wrong")
{
    InstalledService const installed{{{"schedule.evry", "1h"}}};
    auto const& service = installed.service;
    service.drop_in("RestartSec=100ms");
    CHECK(service.systemctl("start").status != 0);
    // A service that is to be started again is `activating`.
    CHECK(service.property("ActiveState") == "failed");
    CHECK(service.property("ExecMainStatus") == "78");
    CHECK(service.property("NRestarts") == "0");
    service.wait_for_log("/etc/usaged/usaged.yaml:");
    service.configure();
    service.start();
    service.wait_for_log("snapshot_committed");
}

TEST_CASE("the configuration as it is installed is refused, and the journal says what to do")
{
    BootedSystem const system{Root::installed};
    CHECK(system.run("systemctl start usaged").status != 0);
    CHECK(system.must("systemctl show --property=ActiveState,ExecMainStatus usaged") ==
          "ExecMainStatus=78\nActiveState=failed\n");
    wait_for_message(system, "usaged.service", "sudo install -m 0600 /dev/stdin /etc/usaged/client_secret");
}

} // namespace usaged::test
