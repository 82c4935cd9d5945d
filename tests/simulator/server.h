#pragma once

#include "tests/simulator/exchange.h"
#include "tests/simulator/fault.h"
#include "tests/support/certificates.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace usaged::test {

/// Bytes to send, and what to do then.
struct Reply {
    std::string bytes;
    Ending ending = Ending::keep_alive;
    std::chrono::milliseconds tick{0}; ///< not zero: byte by byte
};

/// A new connection: its number, for its requests, and what is to happen to it.
struct Accepted {
    std::size_t number = 0;
    ConnectionFault fault = ConnectionFault::none;
};

/// Decides what the server does. Called in the server's thread.
struct ServerHandler {
    std::function<Accepted()> connection;
    std::function<Reply(Request const&)> request;
};

/// An HTTP server over TLS 1.2 or later on 127.0.0.1, in a thread of its own. It listens when the constructor returns;
/// the destructor ends every connection.
class Server {
public:
    /// `port` 0: a free one.
    Server(KeyedCertificate const& certificate, std::uint16_t port, ServerHandler handler);
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;
    ~Server();

    std::uint16_t port() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged::test
