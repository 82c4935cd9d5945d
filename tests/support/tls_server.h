#pragma once

#include "tests/support/certificates.h"

#include <openssl/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

namespace usaged::test {

/// One accepted connection of a TlsServer, in the hands of its script. Calls block until they are done, the client is
/// gone or the server is destroyed; what fails then does nothing.
class ServerConnection {
public:
    ServerConnection(int socket, SSL_CTX& context, int stop);
    ServerConnection(ServerConnection const&) = delete;
    ServerConnection& operator=(ServerConnection const&) = delete;
    /// Closes without a TLS close_notify.
    ~ServerConnection();

    /// Whether the client went through with the handshake.
    bool handshake();

    /// One request, head and body as Content-Length says; empty if the client is gone.
    std::string read_request();

    /// Sends `bytes`, within TLS after a handshake, else as they are. Whether the client was there to take them.
    bool write(std::string_view bytes);

    /// Tells the client within TLS that nothing follows.
    void close_notify();

    /// Tells the client, within TLS if there is some and by TCP, that nothing follows; the other direction stays open.
    void end_writing();

    /// Makes the close that follows a reset.
    void reset();

    /// Does nothing more until the client goes away.
    void stall();

    /// The same without taking what the client sends.
    void stall_unread();

    /// Waits for the client to go away (or to send something), but no longer than `time`.
    bool client_left_within(std::chrono::milliseconds time);

private:
    bool readable();
    std::string read_some();

    int socket_;
    int stop_;
    SSL* ssl_;
    bool encrypted_ = false;
};

/// A server on this computer that does what a script says with each connection, one after the other, on a thread of its
/// own.
class TlsServer {
public:
    using Script = std::function<void(ServerConnection&)>;

    struct Options {
        std::string address = "127.0.0.1";
        int max_version = 0;         ///< of TLS, as OpenSSL numbers them; 0: the newest
        std::string ciphers = {};    ///< for TLS 1.2 and older; OpenSSL's own if empty
        std::string signatures = {}; ///< algorithms of the handshake; OpenSSL's own if empty
        std::string dh_group = {};   ///< for DHE ciphers, by OpenSSL's name; one as strong as the key if empty
    };

    /// Listens on a free port when the constructor returns. OpenSSL's security level is 0, so anything goes.
    TlsServer(KeyedCertificate const& certificate, Script script, Options const& options);
    TlsServer(KeyedCertificate const& certificate, Script script);
    TlsServer(TlsServer const&) = delete;
    TlsServer& operator=(TlsServer const&) = delete;
    ~TlsServer();

    std::uint16_t port() const { return port_; }

    /// "https://127.0.0.1:PORT" followed by `target`.
    std::string url(std::string_view target = "/") const;

private:
    void run(Script const& script);

    std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
    std::string address_;
    int listener_ = -1;
    int stop_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

} // namespace usaged::test
