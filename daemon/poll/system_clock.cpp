#include "daemon/poll/system_clock.h"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace usaged {

SystemClock::SystemClock(boost::asio::any_io_executor executor) : executor_{std::move(executor)} {}

Timestamp SystemClock::now() const
{
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::chrono::steady_clock::time_point SystemClock::steady_now() const
{
    return std::chrono::steady_clock::now();
}

boost::asio::awaitable<void> SystemClock::sleep_for(std::chrono::milliseconds wait)
{
    if (wait <= std::chrono::milliseconds::zero()) co_return;
    boost::asio::steady_timer timer{executor_, wait};
    co_await timer.async_wait(boost::asio::use_awaitable);
}

} // namespace usaged
