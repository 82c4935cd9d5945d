#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>

namespace usaged {

/// SIGTERM and SIGINT, caught from the construction on.
class StopSignal {
public:
    explicit StopSignal(boost::asio::io_context& context);

    /// Runs `work` on the context to its end. A signal cancels it, after calling `on_signal`. Other coroutines on the
    /// context stop with it. Returns the number of the signal that cut the work short, or 0. What the work throws
    /// otherwise is thrown.
    int run(boost::asio::awaitable<void> work, std::function<void()> const& on_signal);

private:
    boost::asio::io_context& context_;
    boost::asio::signal_set signals_;
};

} // namespace usaged
