#include "daemon/fault/error.h"
#include "daemon/net/resolve.h"
#include "tests/support/run_coroutine.h"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <future>

namespace usaged::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

auto in(std::chrono::milliseconds time)
{
    return std::chrono::steady_clock::now() + time;
}

/// A look-up that gives no answer until this object goes.
class DeadNameServer {
public:
    ~DeadNameServer() { released_.set_value(); }

    LookUp look_up()
    {
        return [future = future_](std::string const&, std::string const&) {
            future.wait();
            return LookUpResult{};
        };
    }

private:
    std::promise<void> released_;
    std::shared_future<void> future_ = released_.get_future().share();
};

TEST_CASE("addresses as text resolve to themselves")
{
    for (std::string const host : {"127.0.0.1", "::1"}) {
        CAPTURE(host);
        auto const endpoints = run_coroutine(resolve(host, "8443", in(10s), look_up_addresses));
        REQUIRE(endpoints.size() == 1);
        CHECK(endpoints.front().address().to_string() == host);
        CHECK(endpoints.front().port() == 8443);
    }
}

TEST_CASE("a name resolves to its addresses")
{
    auto const endpoints = run_coroutine(resolve("localhost", "443", in(10s), look_up_addresses));
    REQUIRE_FALSE(endpoints.empty());
    CHECK(endpoints.front().address().is_loopback());
}

TEST_CASE("a name that does not resolve is a network error with the resolver's reason")
{
    try {
        run_coroutine(resolve("no-such-host.invalid", "443", in(30s), look_up_addresses));
        FAIL("resolved");
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::network);
        CHECK(std::string{error.what()}.starts_with("cannot look up no-such-host.invalid: "));
    }
}

TEST_CASE("a look-up that does not end is given up at the deadline")
{
    DeadNameServer server;
    CHECK_THROWS_WITH_AS(run_coroutine(resolve("host.example", "443", in(50ms), server.look_up())),
                         "cannot look up host.example: no answer in time", Error);
}

TEST_CASE("a look-up that does not end is cancelled at once")
{
    DeadNameServer server;
    asio::io_context io;
    asio::cancellation_signal signal;
    asio::post(io, [&] { asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); }); });
    auto const start = std::chrono::steady_clock::now();
    try {
        run_coroutine(io, resolve("host.example", "443", in(60s), server.look_up()), signal);
        FAIL("resolved");
    } catch (boost::system::system_error const& error) {
        CHECK(error.code() == asio::error::operation_aborted);
    }
    CHECK(std::chrono::steady_clock::now() - start < 10s);
}

TEST_CASE("a coroutine that is destroyed leaves its look-up behind unharmed")
{
    DeadNameServer server;
    asio::io_context io;
    co_spawn(io, resolve("host.example", "443", in(60s), server.look_up()),
             [](std::exception_ptr const&, Endpoints const&) {});
    CHECK(io.poll() > 0);
}

} // namespace
} // namespace usaged::test
