#pragma once

#include "daemon/poll/clock.h"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cstddef>
#include <functional>
#include <map>
#include <utility>
#include <vector>

namespace usaged::test {

/// A clock that moves only when it is told to, or slept on: a sleep ends at once, and that much later.
class ManualClock : public Clock {
public:
    explicit ManualClock(Timestamp now) : now_{now} {}

    Timestamp now() const override { return now_; }
    std::chrono::steady_clock::time_point steady_now() const override { return steady_now_; }

    boost::asio::awaitable<void> sleep_for(std::chrono::milliseconds wait) override
    {
        if (wait <= std::chrono::milliseconds::zero()) co_return;
        sleeps_.push_back(wait);
        co_await boost::asio::post(boost::asio::use_awaitable); // others get their turn, as in a real sleep
        if (auto const found = endless_.find(sleeps_.size()); found != endless_.end()) {
            ended_ = false;
            found->second();
            boost::asio::steady_timer never{co_await boost::asio::this_coro::executor,
                                            boost::asio::steady_timer::time_point::max()};
            if (!ended_) co_await never.async_wait(boost::asio::use_awaitable);
        }
        advance(wait);
    }

    /// Time goes by.
    void advance(std::chrono::milliseconds by)
    {
        now_ += by;
        steady_now_ += by;
    }

    /// The wall clock is set, as an administrator or NTP does.
    void jump_to(Timestamp now) { now_ = now; }

    /// The sleep of that number, counted from 1, does `action` when it begins. Unless that calls end_sleep, it then
    /// lasts until it is cancelled, and no time goes by.
    void at_sleep(std::size_t number, std::function<void()> action) { endless_[number] = std::move(action); }
    void end_sleep() { ended_ = true; }

    /// Every sleep begun so far.
    std::vector<std::chrono::milliseconds> const& sleeps() const { return sleeps_; }

private:
    Timestamp now_;
    std::chrono::steady_clock::time_point steady_now_{};
    std::vector<std::chrono::milliseconds> sleeps_;
    std::map<std::size_t, std::function<void()>> endless_;
    bool ended_ = false;
};

} // namespace usaged::test
