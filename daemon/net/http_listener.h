#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

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
    std::function<void()> sent; ///< if set, called when the client has been sent all of it, or has gone
    ListenerReply() = default;  // g++ 12 destroys aggregates that are temporaries of a co_await expression twice
};

/// A small HTTP/1.1 server without TLS on loopback addresses. Bounded against hostile clients: heads of 16 KiB, no
/// bodies, 8 connections at a time on each address (others wait), 10 s for a request. No reply is to be kept by anyone.
class HttpListener {
public:
    /// What it throws ends serve().
    using Handler = std::function<ListenerReply(ListenerRequest const&)>;

    /// Listens on 127.0.0.1, and on ::1 with the same port where the machine has it; `port` 0: a free one.
    /// Throws Error with ErrorCategory::config if the port cannot be had. `executor` runs on one thread.
    HttpListener(boost::asio::any_io_executor executor, std::uint16_t port);
    ~HttpListener();

    std::uint16_t port() const;

    /// Answers requests until cancelled (boost::system::system_error operation_aborted). Once only.
    boost::asio::awaitable<void> serve(Handler handler);

private:
    class Impl;
    std::shared_ptr<Impl> impl_; ///< connections that have not noticed their end yet hold it too
};

} // namespace usaged
