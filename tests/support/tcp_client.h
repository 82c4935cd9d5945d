#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace usaged::test {

/// A connection to a port of this computer. Throws std::system_error if there is none to be had.
class TcpClient {
public:
    explicit TcpClient(std::uint16_t port, char const* address = "127.0.0.1");
    TcpClient(TcpClient const&) = delete;
    TcpClient& operator=(TcpClient const&) = delete;
    ~TcpClient();

    /// Ignores that the other side has closed.
    void send(std::string_view bytes) const;

    /// All that comes until the other side closes.
    std::string read() const;

    /// Whether the other side has closed. Drops what it sent.
    bool closed() const;

private:
    int socket_;
};

/// What a server of this computer answers to `request`, to the end of the connection.
std::string ask(std::uint16_t port, std::string_view request);

} // namespace usaged::test
