#include "daemon/poll/system_clock.h"
#include "tests/support/run_coroutine.h"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

namespace usaged::test {

using namespace std::chrono_literals;

TEST_CASE("a sleep of the system clock lasts as long as it says")
{
    boost::asio::io_context io;
    SystemClock clock{io.get_executor()};
    auto const before = clock.steady_now();
    run_coroutine(io, clock.sleep_for(20ms));
    CHECK(clock.steady_now() - before >= 20ms);
}

TEST_CASE("a sleep of no time, or of less, ends at once")
{
    for (auto const wait : {0ms, -1ms}) {
        boost::asio::io_context io;
        SystemClock clock{io.get_executor()};
        CHECK_NOTHROW(run_coroutine(io, clock.sleep_for(wait)));
    }
}

TEST_CASE("a sleep of the system clock ends when it is cancelled")
{
    boost::asio::io_context io;
    SystemClock clock{io.get_executor()};
    boost::asio::cancellation_signal stop;
    boost::asio::post(io, [&] { boost::asio::post(io, [&] { stop.emit(boost::asio::cancellation_type::terminal); }); });
    try {
        run_coroutine(io, clock.sleep_for(24h), stop);
        FAIL("not cancelled");
    } catch (boost::system::system_error const& error) {
        CHECK(error.code() == boost::asio::error::operation_aborted);
    }
}

} // namespace usaged::test
