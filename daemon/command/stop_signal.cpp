#include "daemon/command/stop_signal.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include <csignal>
#include <exception>
#include <memory>

namespace usaged {

namespace asio = boost::asio;

StopSignal::StopSignal(asio::io_context& context) : context_{context}, signals_{context, SIGTERM, SIGINT} {}

int StopSignal::run(asio::awaitable<void> work, std::function<void()> const& on_signal)
{
    auto stop = std::make_unique<asio::cancellation_signal>();
    int received = 0;
    signals_.async_wait([&](boost::system::error_code const& error, int number) {
        if (error) return;
        received = number;
        on_signal();
        stop->emit(asio::cancellation_type::terminal);
    });

    std::exception_ptr failure;
    auto const finished = [&](std::exception_ptr const& thrown) {
        failure = thrown;
        context_.stop();
    };
    asio::co_spawn(context_, std::move(work), asio::bind_cancellation_slot(stop->slot(), finished));
    try {
        context_.run();
    } catch (...) {
        // A bug in another coroutine. The work is not at its end: when it is taken down, it still refers to its signal.
        static_cast<void>(stop.release());
        throw;
    }

    if (!failure) return 0;
    try {
        std::rethrow_exception(failure);
    } catch (boost::system::system_error const& error) {
        if (received == 0 || error.code() != asio::error::operation_aborted) throw;
    }
    return received;
}

} // namespace usaged
