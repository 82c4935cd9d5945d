#pragma once

#include "daemon/net/http.h"
#include "daemon/net/proxy.h"
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
    /// How soon after a request the end of a kept connection has to come to be that of an idle one, whose request the
    /// server did not look at.
    std::chrono::milliseconds idle_end_limit{1000};
    std::uint64_t max_body = 64ull << 20; ///< bytes
    std::filesystem::path ca_file{"/etc/ssl/certs/ca-certificates.crt"};
    /// PEM; empty: revocation is not checked. Else every certificate of a chain is looked up in its issuer's list, so
    /// the file holds a current list of every CA in use, roots included; one that is missing or too old refuses.
    std::filesystem::path crl_file;
    ProxySettings proxy;
};

/// HTTPS/1.1 with chain and host name verification that nothing turns off, straight or in a tunnel through a proxy,
/// which is chosen for each connection. Asks for gzip and hands out what it decompressed. Keeps the connection to each
/// origin open until it is destroyed: make one for a poll.
class HttpsTransport : public HttpTransport {
public:
    /// Throws Error with ErrorCategory::config if `ca_file` or `crl_file` cannot be opened; what they hold, and what
    /// the proxy's settings say, is found out by the first connection. `executor` runs on one thread.
    HttpsTransport(boost::asio::any_io_executor executor, HttpSettings settings, LookUp look_up = look_up_addresses);
    ~HttpsTransport() override;

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
