#pragma once

#include "daemon/net/http.h"
#include "daemon/net/https_transport.h"
#include "daemon/net/https_url.h"
#include "daemon/net/proxy.h"
#include "daemon/net/resolve.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ssl/context.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace usaged {

/// One TLS connection to one origin. After any error it is of no further use. Everything throws what
/// HttpTransport::send() throws.
class Connection {
public:
    /// `proxy`: that the connection goes through, if it does. Nothing takes longer than to `end`.
    Connection(boost::asio::any_io_executor const& executor, boost::asio::ssl::context& context, HttpsUrl const& url,
               HttpSettings const& settings, std::optional<Proxy> proxy,
               std::chrono::steady_clock::time_point end = std::chrono::steady_clock::time_point::max());
    Connection(Connection const&) = delete;
    Connection& operator=(Connection const&) = delete;
    ~Connection();

    /// Looks up, connects, asks the proxy for a tunnel and shakes hands, all within the connect timeout.
    boost::asio::awaitable<void> open(LookUp look_up);

    /// Sends `request`, the bytes of one, and reads the answer, whose body the request bounds by `max_body` (0: it does
    /// not).
    boost::asio::awaitable<HttpResponse> exchange(std::string const& request, std::uint64_t max_body);

    /// Whether the last exchange leaves it fit for another one.
    bool reusable() const;

    /// Whether nothing has arrived since, not even the end: what an idle connection has to look like.
    bool quiet();

    /// Whether the last exchange failed as on a connection that the server had closed as idle: on one that had served
    /// before, by its end or a reset, less than HttpSettings::idle_end_limit after the request was begun and before a
    /// byte of an answer. The server may then be taken not to have looked at the request.
    bool closed_while_idle() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
