#pragma once

#include <string>
#include <string_view>

namespace usaged {

/// The parts of an https URL that a request is made of.
struct HttpsUrl {
    std::string host;      ///< as the certificate must have it; in lower case, an IPv6 address without brackets
    std::string port;      ///< 443 if the URL has none
    std::string authority; ///< what the Host header says; the port only if it is not 443
    std::string target;    ///< path and query, at least "/"
    HttpsUrl() = default;  // g++ 12 destroys aggregates that are temporaries of a co_await expression twice

    /// Host and port, for people and as the key of a connection.
    std::string origin() const;
};

/// Throws Error with ErrorCategory::config for what is not an absolute https URL, for a user name or password in it and
/// for a host or port that cannot be one. The fragment is dropped.
HttpsUrl parse_https_url(std::string_view text);

} // namespace usaged
