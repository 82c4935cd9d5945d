#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>
#include <optional>
#include <type_traits>
#include <utility>

namespace usaged::test {

/// Runs `coroutine` on `io` until nothing is left to do there; its value, or its exception thrown again.
/// `emit(boost::asio::cancellation_type::terminal)` on `signal`, from within `io`, cancels it.
template <class T>
T run_coroutine(boost::asio::io_context& io, boost::asio::awaitable<T> coroutine,
                boost::asio::cancellation_signal& signal)
{
    std::exception_ptr thrown;
    io.restart();
    if constexpr (std::is_void_v<T>) {
        auto const keep = [&](std::exception_ptr const& error) { thrown = error; };
        co_spawn(io, std::move(coroutine), boost::asio::bind_cancellation_slot(signal.slot(), keep));
        io.run();
        if (thrown) std::rethrow_exception(thrown);
    } else {
        std::optional<T> result;
        auto const keep = [&](std::exception_ptr const& error, T value) {
            thrown = error;
            if (!error) result.emplace(std::move(value));
        };
        co_spawn(io, std::move(coroutine), boost::asio::bind_cancellation_slot(signal.slot(), keep));
        io.run();
        if (thrown) std::rethrow_exception(thrown);
        return std::move(result).value();
    }
}

/// The same without cancellation.
template <class T>
T run_coroutine(boost::asio::io_context& io, boost::asio::awaitable<T> coroutine)
{
    boost::asio::cancellation_signal never;
    return run_coroutine(io, std::move(coroutine), never);
}

/// The same on an io_context of its own.
template <class T>
T run_coroutine(boost::asio::awaitable<T> coroutine)
{
    boost::asio::io_context io;
    return run_coroutine(io, std::move(coroutine));
}

} // namespace usaged::test
