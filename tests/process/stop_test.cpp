#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <chrono>
#include <csignal>

namespace usaged::test {
namespace {

/// SIGTERM, and then everything that a stop promises.
void check_stop(Daemon& daemon)
{
    auto const asked = std::chrono::steady_clock::now();
    auto const ended = daemon.stop();
    CHECK(std::chrono::steady_clock::now() - asked < std::chrono::seconds{3});
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.log, " stopping").size() == 1);
    CHECK(lines_with(ended.log, " stopped").size() == 1);
    CHECK(lines_with(ended.log, " error ").empty());
    daemon.manager.wait_for("STOPPING=1");
}

} // namespace

TEST_CASE("SIGTERM stops run while nothing is due")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    check_stop(daemon);
}

TEST_CASE("SIGTERM stops run while the TLS handshake stalls")
{
    Installation site;
    site.simulator.script_connection(ConnectionFault::stall);
    Daemon daemon{site};
    site.simulator.wait_for_connections(1);
    check_stop(daemon);
}

TEST_CASE("SIGTERM stops run while the token endpoint stalls")
{
    Installation site;
    site.simulator.script(Endpoint::token, no_answer(Ending::stall));
    Daemon daemon{site};
    site.simulator.wait_for_requests(Endpoint::token, 1);
    check_stop(daemon);
}

TEST_CASE("SIGTERM stops run in the middle of an answer")
{
    Installation site;
    site.simulator.script(Endpoint::usage, cut_after(600, Ending::stall));
    Daemon daemon{site};
    site.simulator.wait_for_requests(Endpoint::usage, 1);
    check_stop(daemon);
    CHECK(site.stored_rows().empty());
}

TEST_CASE("SIGTERM stops run while it waits to try a request again")
{
    Installation site;
    site.simulator.script(Endpoint::usage, answer(503, {{"Retry-After", "600"}}));
    Daemon daemon{site};
    daemon.process.wait_for_log(" retry ");
    check_stop(daemon);
}

TEST_CASE("SIGTERM stops run while it waits to poll again after a failure")
{
    Installation site{{{"retry.failed_poll", "{initial: 1h, max: 1h}"}}};
    site.simulator.script(Endpoint::usage, answer(404));
    Daemon daemon{site};
    daemon.process.wait_for_log("poll_failed");
    daemon.wait_until_idle();
    daemon.process.signal(SIGTERM);
    CHECK(daemon.process.wait().status == 0);
}

TEST_CASE("SIGINT stops run as SIGTERM does")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    daemon.process.signal(SIGINT);
    auto const ended = daemon.process.wait();
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.log, " stopped").size() == 1);
}

} // namespace usaged::test
