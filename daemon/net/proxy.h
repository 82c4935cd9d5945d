#pragma once

#include "daemon/secret/secret.h"

#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// `http.proxy`, `http.proxy_user` and `http.proxy_password` of the configuration.
struct ProxySettings {
    std::string url;  ///< `http://HOST:PORT`; `direct`: none, whatever the environment says; empty: the environment's
    std::string user; ///< for Basic authentication (RFC 7617); empty: none
    SecretSource password; ///< with `user`
    bool operator==(ProxySettings const&) const = default;
};

/// The proxy that a connection goes through.
struct Proxy {
    std::string host; ///< in lower case, an IPv6 address without brackets
    std::string port;
    Secret authorization;             ///< value of Proxy-Authorization; empty: none
    std::string source{"http.proxy"}; ///< where it is written down: a setting, or a variable with its `$`
    std::string origin() const;       ///< host and port, for people
};

/// The proxy for `host` and `port` (of an origin), or nothing if the way is straight. Without `settings.url` that is
/// $HTTPS_PROXY or else $https_proxy (`http://[USER:PASSWORD@]HOST[:PORT]`, where `http://` may be left out), whose
/// user and password count unless `settings.user` is set. $NO_PROXY or $no_proxy (see proxy_exemption.h) exempts hosts
/// from any proxy, and so does being a loopback address or localhost if the proxy is the environment's. Without a port
/// it is 80. Throws Error with ErrorCategory::config for a proxy that is not `http://HOST[:PORT]` and for a password
/// that cannot be read. No error shows a user name or password.
std::optional<Proxy> choose_proxy(ProxySettings const& settings, std::string_view host, std::string_view port);

} // namespace usaged
