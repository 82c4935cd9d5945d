#pragma once

#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

struct HttpHeader {
    std::string name;
    std::string value;
    // A declared constructor: g++ 12 destroys aggregates that are temporaries of a co_await expression twice.
    HttpHeader(std::string header_name, std::string header_value)
        : name{std::move(header_name)}, value{std::move(header_value)}
    {
    }
};

struct HttpRequest {
    std::string method = "GET";
    std::string url; ///< absolute, https; no credential in it
    std::vector<HttpHeader> headers;
    std::string body;
    int attempt = 1;                      ///< the number of the try, for the record of calls
    std::uint64_t max_body = 0;           ///< of the answer, in bytes, decompressed; 0: the transport's own limit
    std::chrono::milliseconds timeout{0}; ///< for all of it, from name look-up to answer; 0: the transport's own limits
    HttpRequest() = default;              // see HttpHeader
};

struct HttpResponse {
    int status = 0;
    std::vector<HttpHeader> headers;
    std::string body;         ///< decompressed, with at least 64 bytes of spare capacity, which the decoder likes
    HttpResponse() = default; // see HttpHeader

    /// The value of the first header of that name, in any case; nothing if there is none.
    std::optional<std::string_view> header(std::string_view name) const;
};

/// Sends requests. One request at a time.
class HttpTransport {
public:
    virtual ~HttpTransport() = default;

    /// The complete answer of the server, whatever its status. Redirects are not followed.
    /// Throws Error with category network, tls or protocol if there is no complete and valid answer, and with category
    /// config if the way to it is not set up right (URL, roots, revocation lists, proxy); cancellation
    /// (asio's terminal) ends it with boost::system::system_error operation_aborted.
    virtual boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) = 0;

protected:
    HttpTransport() = default;
};

} // namespace usaged
