#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace usaged::test {

/// An answer as it arrived.
struct ReceivedAnswer {
    int status = 0;
    std::string head; ///< from the status line to the empty line
    std::string body;

    /// The value of the first header of that name, in any case of letters; empty if there is none.
    std::string header(std::string_view name) const;
};

/// What arrived until the other side ended the connection.
struct ReceivedBytes {
    std::string bytes;
    bool close_notify = false; ///< it ended as TLS wants it
};

/// A small blocking TLS client on 127.0.0.1. Every wait ends after 20 s. Throws std::runtime_error. Makes the process
/// ignore SIGPIPE.
class TlsClient {
public:
    /// Connects and checks the server's certificate, which has to name 127.0.0.1, against the CA.
    TlsClient(std::uint16_t port, std::string const& ca_pem);
    TlsClient(TlsClient const&) = delete;
    TlsClient& operator=(TlsClient const&) = delete;
    ~TlsClient();

    void send(std::string_view bytes);

    /// Reads one answer, whose body is as long as Content-Length says.
    ReceivedAnswer read_answer();

    ReceivedBytes read_to_end();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged::test
