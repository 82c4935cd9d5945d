#include "tests/boot/service.h"
#include "tests/process/history_rows.h"

#include <doctest/doctest.h>

#include <chrono>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

/// `systemctl stop`, and then everything that a stop promises.
void check_stop(Service const& service)
{
    auto const asked = std::chrono::steady_clock::now();
    CHECK(service.systemctl("stop").status == 0);
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds{3});
    CHECK(service.property("ActiveState") == "inactive");
    CHECK(service.property("Result") == "success");
    CHECK(service.property("ExecMainStatus") == "0");
}

} // namespace

TEST_CASE("the service is started when usaged says that it is ready, and polls at once")
{
    InstalledService const installed;
    auto const& service = installed.service;
    service.start();
    CHECK(service.property("Type") == "notify");
    CHECK(service.property("WatchdogUSec") == "1min");
    CHECK(service.property("ActiveState") == "active");
    service.wait_for_log("snapshot_committed");
    CHECK(service.stored_rows() == history_rows(installed.simulator, 0));
    CHECK(service.polls() == Lines{"startup|ok|"});
    CHECK(service.property("StatusText").starts_with("Next poll: partner_licenses_usage at "));
    CHECK(installed.system.must("stat --format='%a %U:%G' /var/lib/usaged/usage.db") == "640 usaged:usaged\n");
    CHECK(installed.system.must("stat --format='%a %U:%G' /var/lib/usaged/refresh_token") == "600 usaged:usaged\n");
}

TEST_CASE("systemctl status shows a failing service as active, with the error")
{
    InstalledService installed{{{"retry.failed_poll", "{initial: 1h, max: 1h}"}}};
    installed.simulator.script(Endpoint::usage, answer(404));
    installed.service.start();
    installed.service.wait_for_log("poll_failed");
    auto const status = installed.service.systemctl("status");
    CHECK(status.status == 0);
    CHECK(status.output.find("poll_failed") != std::string::npos);
}

TEST_CASE("a reload puts a changed configuration in force")
{
    InstalledService const installed;
    auto const& service = installed.service;
    service.start();
    service.wait_for_log("snapshot_committed");
    auto const process = service.main_pid();
    service.configure({{"schedule.every", "100ms"}});
    CHECK(service.systemctl("reload").status == 0);
    installed.simulator.wait_for_requests(Endpoint::usage, 3);
    service.wait_for_log("config_reloaded");
    CHECK(service.main_pid() == process);
    CHECK(service.property("ActiveState") == "active");
}

TEST_CASE("a reload leaves the old configuration in force if the new one is invalid")
{
    InstalledService const installed;
    auto const& service = installed.service;
    service.start();
    service.wait_for_log("snapshot_committed");
    service.configure({{"schedule.every", "100ms"}, {"schedule.evry", "1h"}});
    service.systemctl("reload");
    auto const entry = service.wait_for_log("config_rejected");
    CHECK(entry.at("MESSAGE").find("evry") != std::string::npos);
    service.wait_for_property("ActiveState", "active");
    CHECK(service.systemctl("kill --signal=USR1").status == 0);
    service.wait_for_log("snapshot_committed", 2);
    CHECK(service.polls() == Lines{"startup|ok|", "manual|unchanged|"});
}

TEST_CASE("the service stops within 3 seconds and well, also while an answer stalls")
{
    InstalledService installed;
    auto const& service = installed.service;
    installed.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    service.start();
    installed.simulator.wait_for_requests(Endpoint::usage, 1);
    check_stop(service);
    service.start();
    service.wait_for_log("snapshot_committed");
    check_stop(service);
    CHECK(service.polls() == Lines{"startup|failed|stopped", "startup|ok|"});
    CHECK(service.stored_rows() == history_rows(installed.simulator, 0));
}

} // namespace usaged::test
