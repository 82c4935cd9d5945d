#include "daemon/poll/service_notifier.h"

#include <systemd/sd-daemon.h>

#include <algorithm>
#include <cstdint>

namespace usaged {
namespace {

void notify(std::string const& state)
{
    constexpr int keep_environment = 0;
    ::sd_notify(keep_environment, state.c_str());
}

} // namespace

void ServiceNotifier::ready()
{
    notify("READY=1");
}

void ServiceNotifier::reloading()
{
    // Type=notify-reload wants the time too, on CLOCK_MONOTONIC.
    auto const now = std::chrono::steady_clock::now().time_since_epoch();
    auto const microseconds = std::chrono::duration_cast<std::chrono::microseconds>(now);
    notify("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds.count()));
}

void ServiceNotifier::stopping()
{
    notify("STOPPING=1");
}

void ServiceNotifier::status(std::string const& text)
{
    if (text == status_) return;
    status_ = text;
    auto line = text;
    std::replace(line.begin(), line.end(), '\n', ' '); // a line break would begin another assignment
    notify("STATUS=" + line);
}

void ServiceNotifier::ping()
{
    notify("WATCHDOG=1");
}

std::optional<std::chrono::microseconds> ServiceNotifier::watchdog_period() const
{
    constexpr int keep_environment = 0;
    std::uint64_t microseconds = 0;
    if (::sd_watchdog_enabled(keep_environment, &microseconds) <= 0) return std::nullopt;
    return std::chrono::microseconds{static_cast<std::chrono::microseconds::rep>(microseconds)};
}

boost::asio::awaitable<void> keep_watchdog(ServiceNotifier& notifier, Clock& clock)
{
    auto const period = notifier.watchdog_period();
    if (!period) co_return;
    auto const third = std::chrono::duration_cast<std::chrono::milliseconds>(*period / 3);
    auto const wait = std::max(third, std::chrono::milliseconds{1});
    for (;;) {
        notifier.ping();
        co_await clock.sleep_for(wait);
    }
}

} // namespace usaged
