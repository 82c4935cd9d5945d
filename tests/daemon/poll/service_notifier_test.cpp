#include "daemon/poll/service_notifier.h"
#include "tests/support/environment_variable.h"
#include "tests/support/manual_clock.h"
#include "tests/support/notify_socket.h"
#include "tests/support/run_coroutine.h"

#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <string>
#include <unistd.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

std::string to_text(std::optional<std::chrono::microseconds> period)
{
    return period ? std::to_string(period->count()) : "none";
}

} // namespace

TEST_CASE("the service manager is told in its own words")
{
    NotifySocket const socket;
    ServiceNotifier notifier;
    notifier.ready();
    CHECK(socket.receive() == "READY=1");
    notifier.ping();
    CHECK(socket.receive() == "WATCHDOG=1");
    notifier.stopping();
    CHECK(socket.receive() == "STOPPING=1");
    notifier.reloading();
    CHECK(socket.receive().rfind("RELOADING=1\nMONOTONIC_USEC=", 0) == 0);
}

TEST_CASE("a status is one line and is sent when it changes")
{
    NotifySocket const socket;
    ServiceNotifier notifier;
    notifier.status("Polling");
    notifier.status("Polling");
    notifier.status("two\nREADY=1");
    CHECK(socket.receive() == "STATUS=Polling");
    CHECK(socket.receive() == "STATUS=two READY=1");
    CHECK(socket.receive().empty());
}

TEST_CASE("a watchdog period counts only if it is meant for this process")
{
    auto const self = std::to_string(::getpid());
    struct Case {
        std::string microseconds;
        std::string process;
        std::string period;
    };
    for (auto const& each : {Case{"30000000", self, "30000000"}, Case{"30000000", "1", "none"}, Case{"0", self, "none"},
                             Case{"soon", self, "none"}}) {
        CAPTURE(each.microseconds);
        CAPTURE(each.process);
        EnvironmentVariable const usec{"WATCHDOG_USEC", each.microseconds};
        EnvironmentVariable const pid{"WATCHDOG_PID", each.process};
        CHECK(to_text(ServiceNotifier{}.watchdog_period()) == each.period);
    }
}

TEST_CASE("the watchdog is pinged at once and then three times in its period, until cancelled")
{
    NotifySocket const socket;
    EnvironmentVariable const usec{"WATCHDOG_USEC", "30000000"};
    ServiceNotifier notifier;
    ManualClock clock{Timestamp{}};
    boost::asio::io_context io;
    boost::asio::cancellation_signal stop;
    clock.at_sleep(3, [&] { stop.emit(boost::asio::cancellation_type::terminal); });
    CHECK_THROWS_AS(run_coroutine(io, keep_watchdog(notifier, clock), stop), boost::system::system_error);
    CHECK(clock.sleeps() == std::vector<std::chrono::milliseconds>{10s, 10s, 10s});
    for (int i = 0; i < 3; ++i) CHECK(socket.receive() == "WATCHDOG=1");
    CHECK(socket.receive().empty());
}

TEST_CASE("without a watchdog nothing is pinged")
{
    NotifySocket const socket;
    ServiceNotifier notifier;
    ManualClock clock{Timestamp{}};
    run_coroutine(keep_watchdog(notifier, clock));
    CHECK(clock.sleeps().empty());
    CHECK(socket.receive().empty());
}

TEST_CASE("without a service manager, or with one that has gone, notifying does nothing")
{
    ServiceNotifier notifier;
    CHECK_NOTHROW(notifier.ready());
    EnvironmentVariable const gone{"NOTIFY_SOCKET", "@usaged-nobody-listens"};
    CHECK_NOTHROW(notifier.ready());
}

} // namespace usaged::test
