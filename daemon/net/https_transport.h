#pragma once

#include "daemon/net/http.h"
#include "daemon/net/resolve.h"

#include <boost/asio/any_io_executor.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace usaged {

/// `http` of the configuration.
struct HttpSettings {
    std::chrono::milliseconds connect_timeout{10000};  ///< name look-up, connect and TLS handshake together
    std::chrono::milliseconds response_timeout{60000}; ///< from the request's last byte to the response's last byte
    std::uint64_t max_body = 64ull << 20;              ///< bytes
    std::filesystem::path ca_file{"/etc/ssl/certs/ca-certificates.crt"};
};

/// HTTPS/1.1 with chain and host name verification that nothing turns off. Keeps the connection to each origin open
/// until it is destroyed: make one for a poll.
class HttpsTransport : public HttpTransport {
public:
    /// Throws Error with ErrorCategory::config if `ca_file` cannot be opened; that it holds certificates is found out
    /// by the first connection, which reads it. `executor` runs on one thread.
    HttpsTransport(boost::asio::any_io_executor executor, HttpSettings settings, LookUp look_up = look_up_addresses);
    ~HttpsTransport() override;

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
