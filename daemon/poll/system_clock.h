#pragma once

#include "daemon/poll/clock.h"

#include <boost/asio/any_io_executor.hpp>

namespace usaged {

/// The clocks of the machine.
class SystemClock : public Clock {
public:
    /// The timers of sleep_for run on `executor`.
    explicit SystemClock(boost::asio::any_io_executor executor);

    Timestamp now() const override;
    std::chrono::steady_clock::time_point steady_now() const override;
    boost::asio::awaitable<void> sleep_for(std::chrono::milliseconds wait) override;

private:
    boost::asio::any_io_executor executor_;
};

} // namespace usaged
