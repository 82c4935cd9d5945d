#pragma once

#include "daemon/poll/clock.h"

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <optional>
#include <string>

namespace usaged {

/// Tells the service manager how the daemon is (sd_notify(3)). Without $NOTIFY_SOCKET nothing happens; a service
/// manager that cannot be reached is ignored.
class ServiceNotifier {
public:
    /// READY=1: started, or done reloading.
    void ready();
    /// RELOADING=1: ready() has to follow.
    void reloading();
    /// STOPPING=1
    void stopping();
    /// STATUS=: one line for people. Sent only if it differs from the one before.
    void status(std::string const& text);
    /// WATCHDOG=1
    void ping();

    /// Within what time the service manager wants each ping (sd_watchdog_enabled(3)); nothing if it wants none of this
    /// process.
    std::optional<std::chrono::microseconds> watchdog_period() const;

private:
    std::string status_;
};

/// Pings three times in every watchdog period, until cancelled. Ends at once if no pings are wanted. Run it on the
/// executor that does the work: the pings then stop when that hangs.
boost::asio::awaitable<void> keep_watchdog(ServiceNotifier& notifier, Clock& clock);

} // namespace usaged
