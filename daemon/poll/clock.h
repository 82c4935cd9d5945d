#pragma once

#include "daemon/dataset/timestamp.h"

#include <boost/asio/awaitable.hpp>

#include <chrono>

namespace usaged {

/// Time, so that tests can make their own.
class Clock {
public:
    virtual ~Clock() = default;

    /// The wall clock. It may jump.
    virtual Timestamp now() const = 0;

    /// The monotonic clock: for deadlines, waits and the life of tokens.
    virtual std::chrono::steady_clock::time_point steady_now() const = 0;

    /// Ends after `wait` on the monotonic clock, at once if it is zero or less. Cancellation ends it with
    /// boost::system::system_error operation_aborted.
    virtual boost::asio::awaitable<void> sleep_for(std::chrono::milliseconds wait) = 0;

protected:
    Clock() = default;
};

} // namespace usaged
