#pragma once

#include "daemon/net/listen_address.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace usaged {

/// What a browser or a scraper asks for.
struct ListenerRequest {
    std::string method;
    std::string target; ///< path and query
    std::string host;   ///< header Host
};

struct ListenerReply {
    int status = 200;
    std::string content_type = "text/plain; charset=utf-8";
    std::string body;
    /// If set, called when the client has been sent all of it, or has gone; never after the end of serve().
    std::function<void()> sent;
    ListenerReply() = default; // g++ 12 destroys aggregates that are temporaries of a co_await expression twice
};

/// A small HTTP/1.1 server without TLS. Bounded against hostile clients: heads of 16 KiB, no bodies, 64 connections at
/// a time (one more, and the oldest is closed: a client that means it has long been answered), 10 s for a request and
/// its reply. No reply is to be kept by anyone. A request may hold a credential: no copy of it is left in memory.
class HttpListener {
public:
    /// What it throws ends serve(). Not called after the end of serve().
    using Handler = std::function<ListenerReply(ListenerRequest const&)>;

    static constexpr std::chrono::milliseconds request_limit{10'000};
    static constexpr std::size_t most_connections = 64;

    /// Listens on 127.0.0.1, and on ::1 with the same port where the machine has it; `port` 0: a free one.
    /// Throws Error with ErrorCategory::config if the port cannot be had. `executor` runs on one thread. `limit`: for
    /// a request and its reply.
    HttpListener(boost::asio::any_io_executor const& executor, std::uint16_t port,
                 std::chrono::milliseconds limit = request_limit);

    /// The same on one address. `localhost` stands for both loopback addresses.
    HttpListener(boost::asio::any_io_executor const& executor, ListenAddress const& address,
                 std::chrono::milliseconds limit = request_limit);
    ~HttpListener();

    std::uint16_t port() const;

    /// Answers requests until cancelled (boost::system::system_error operation_aborted). Once only.
    boost::asio::awaitable<void> serve(Handler handler);

private:
    class Impl;
    std::shared_ptr<Impl> impl_; ///< connections that have not noticed their end yet hold it too
};

} // namespace usaged
