#include "tests/boot/service.h"
#include "tests/process/browser.h"

#include <doctest/doctest.h>

#include <sstream>

namespace usaged::test {
namespace {

/// With control groups of version 1, nspawn mounts the controllers read-only, which systemd finds out when it starts.
void account_for_memory(BootedSystem const& system)
{
    system.must("[ ! -d /sys/fs/cgroup/memory ] || mount -o remount,bind,rw /sys/fs/cgroup/memory");
    system.must("systemctl daemon-reexec");
}

/// Memory of a file counts for the unit that reads it first: after this that is the service, as on a computer that has
/// just been started.
void forget_files(BootedSystem const& system)
{
    system.must("for file in /usr/bin/usaged $(ldd /usr/bin/usaged | grep -o '/[^ ]*'); do "
                "dd if=$file iflag=nocache count=0 status=none; done");
}

/// What systemd accounts to the idle service, in KiB; 0 if it has no account of memory here.
std::int64_t idle_kib(InstalledService const& installed)
{
    account_for_memory(installed.system);
    forget_files(installed.system);
    installed.service.start();
    installed.service.wait_for_log("snapshot_committed");
    std::int64_t bytes = 0;
    std::istringstream{installed.service.property("MemoryCurrent")} >> bytes;
    return bytes / 1024;
}

void log_parts(InstalledService const& installed)
{
    installed.system.run(
        "grep -E '^(rss|cache|anon|file) ' /sys/fs/cgroup/{memory/,}system.slice/usaged.service/memory.stat "
        "2>/dev/null; grep -E '^(Rss|Threads)' /proc/" +
        installed.service.main_pid() + "/status");
}

void check_idle_memory(InstalledService const& installed, std::string const& name)
{
    auto const kib = idle_kib(installed);
    log_parts(installed);
    if (kib == 0) {
        installed.system.log().remark("systemd has no account of memory on this computer");
        return;
    }
    installed.system.log().remark("idle memory as systemd accounts it, " + name + ": " + std::to_string(kib) + " KiB");
    CHECK(kib <= 16 * 1024);
}

Settings const with_metrics{{"metrics.listen", "127.0.0.1:9815"}};

} // namespace

TEST_CASE("the idle service takes little memory")
{
    check_idle_memory(InstalledService{}, "without metrics");
}

TEST_CASE("the idle service takes little memory with metrics too")
{
    check_idle_memory(InstalledService{with_metrics}, "with metrics");
}

TEST_CASE("a service that is configured so answers for its health and its metrics")
{
    InstalledService installed{with_metrics};
    installed.simulator.script(Endpoint::usage, answer(404), 100);
    installed.service.start();
    installed.service.wait_for_log("poll_failed");
    CHECK(Browser::open("http://localhost:9815/healthz").status == 503);
    installed.simulator.clear_script();
    installed.service.systemctl("kill --signal=USR1");
    installed.service.wait_for_log("snapshot_committed");
    CHECK(Browser::open("http://localhost:9815/healthz").status == 200);
    auto const metrics = Browser::open("http://localhost:9815/metrics").text;
    CHECK(metrics.find("usaged_polls_total{dataset=\"partner_licenses_usage\",outcome=\"ok\"} 1\n") !=
          std::string::npos);
}

} // namespace usaged::test
