#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <unistd.h>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

std::size_t entries(std::filesystem::path const& directory)
{
    std::filesystem::directory_iterator const all{directory};
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

/// Of an idle daemon.
struct Resources {
    explicit Resources(pid_t pid)
        : descriptors{entries("/proc/" + std::to_string(pid) + "/fd")}, threads{entries("/proc/" + std::to_string(pid) +
                                                                                        "/task")}
    {
    }

    std::size_t descriptors;
    std::size_t threads;
};

void reload(Daemon& daemon, Installation const& site, std::map<std::string, std::string> const& overrides)
{
    site.configure(overrides);
    daemon.process.signal(SIGHUP);
    daemon.manager.wait_for("RELOADING=1");
    daemon.manager.wait_for("READY=1");
}

} // namespace

TEST_CASE("run tells the service manager that it is ready, and polls at once")
{
    Installation const site;
    Daemon daemon{site};
    daemon.manager.wait_for("STATUS=Polling partner_licenses_usage");
    daemon.wait_until_idle();
    CHECK(site.stored_rows().size() == 5);
    CHECK(site.polls() == Lines{"startup|ok|"});
}

TEST_CASE("run polls again and again")
{
    SimulatorOptions options;
    options.dates = 6;
    options.advance_per_request = true;
    Installation const site{{{"schedule.every", "10ms"}}, options};
    auto const size = site.simulator.series().size();
    Daemon daemon{site};
    site.simulator.wait_for_requests(Endpoint::usage, size + 1);
    CHECK(daemon.stop().status == 0);
    CHECK(site.stored_rows() == history_rows(site.simulator, size - 1));
    CHECK(site.revisions().size() == site.simulator.series().revisions(size - 1));
}

TEST_CASE("a restart does not move the next poll")
{
    Installation const site;
    {
        Daemon first{site};
        first.wait_until_idle();
        CHECK(first.stop().status == 0);
    }
    auto const requests = site.simulator.requests().size();
    Daemon second{site};
    auto const status = second.manager.wait_for("STATUS=");
    CHECK(status.find("Next poll: partner_licenses_usage at ") != std::string::npos);
    CHECK(second.stop().status == 0);
    CHECK(site.simulator.requests().size() == requests);
}

TEST_CASE("a poll that was stopped is made after the restart")
{
    Installation site;
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    {
        Daemon first{site};
        site.simulator.wait_for_requests(Endpoint::usage, 1);
        CHECK(first.stop().status == 0);
    }
    Daemon second{site};
    second.wait_until_idle();
    CHECK(site.stored_rows().size() == 5);
    CHECK(site.polls() == Lines{"startup|failed|stopped", "startup|ok|"});
}

TEST_CASE("run that was killed in the middle of a poll recovers by itself")
{
    Installation site;
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    {
        Daemon first{site};
        site.simulator.wait_for_requests(Endpoint::usage, 1);
        first.process.signal(SIGKILL);
        CHECK(first.process.wait().status == 128 + SIGKILL);
    }
    Daemon second{site};
    second.wait_until_idle();
    CHECK(site.stored_rows() == history_rows(site.simulator, 0));
    CHECK(site.polls() == Lines{"startup|failed|interrupted", "startup|ok|"});
}

TEST_CASE("SIGUSR1 polls at once")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    daemon.process.signal(SIGUSR1);
    daemon.manager.wait_for("STATUS=Polling");
    daemon.wait_until_idle();
    CHECK(site.polls() == Lines{"startup|ok|", "manual|unchanged|"});
}

TEST_CASE("SIGHUP puts a changed configuration in force")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    reload(daemon, site, {{"schedule.every", "10ms"}});
    site.simulator.wait_for_requests(Endpoint::usage, 3);
    CHECK(lines_with(daemon.stop().log, "config_reloaded").size() == 1);
}

TEST_CASE("SIGHUP leaves the old configuration in force if the new one is invalid")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    reload(daemon, site, {{"schedule.every", "10ms"}, {"schedule.evry", "1h"}});
    auto const line = daemon.process.wait_for_log("config_rejected");
    CHECK(line.find("evry") != std::string::npos);
    daemon.process.signal(SIGUSR1);
    daemon.wait_until_idle();
    CHECK(daemon.stop().status == 0);
    CHECK(site.simulator.requests(Endpoint::usage).size() == 2);
}

TEST_CASE("run starts while the service is down, and recovers when it is back")
{
    Installation site{{{"retry.attempts", "1"}}};
    site.simulator.go_down();
    Daemon daemon{site};
    auto const line = daemon.process.wait_for_log("poll_failed");
    CHECK(line.find("category=network") != std::string::npos);
    site.simulator.come_back();
    daemon.process.wait_for_log("snapshot_committed");
    CHECK(site.stored_rows().size() == 5);
}

TEST_CASE("a failed poll is one error line, and is tried again")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(404));
    Daemon daemon{site};
    daemon.process.wait_for_log("snapshot_committed");
    auto const ended = daemon.stop();
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.log, " error ").size() == 1);
    CHECK(lines_with(ended.log, "poll_failed").size() == 1);
    CHECK(site.polls() == Lines{"startup|failed|http", "startup|ok|"});
}

TEST_CASE("run feeds the watchdog, also while an answer stalls")
{
    Installation site;
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    ProcessOptions options;
    options.environment["WATCHDOG_USEC"] = "150000";
    Daemon daemon{site, options};
    site.simulator.wait_for_requests(Endpoint::usage, 1);
    for (int pings = 0; pings < 3; ++pings) daemon.manager.wait_for("WATCHDOG=1");
    CHECK(site.simulator.requests(Endpoint::usage).size() == 1);
}

TEST_CASE("a watchdog that is meant for another process is not fed")
{
    Installation const site;
    ProcessOptions options;
    options.environment["WATCHDOG_USEC"] = "1000";
    options.environment["WATCHDOG_PID"] = "1";
    Daemon daemon{site, options};
    daemon.wait_until_idle();
    daemon.process.signal(SIGTERM);
    daemon.manager.wait_for("STOPPING=1");
    CHECK_FALSE(daemon.manager.received("WATCHDOG=1"));
}

// The process forbids others than root to look into it.
TEST_CASE("hundreds of polls leave descriptors and threads as they were" * doctest::skip(::geteuid() != 0))
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    Resources const before{daemon.process.pid()};
    reload(daemon, site, {{"schedule.every", "1ms"}, {"log.level", "warn"}});
    site.simulator.wait_for_requests(Endpoint::usage, 200);
    reload(daemon, site, {{"log.level", "warn"}});
    daemon.wait_until_idle();
    Resources const after{daemon.process.pid()};
    // The last connection may still be saying goodbye.
    CHECK(after.descriptors <= before.descriptors + 2);
    CHECK(after.threads <= before.threads + 2);
}

} // namespace usaged::test
