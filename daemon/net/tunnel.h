#pragma once

#include "daemon/fault/error.h"
#include "daemon/net/proxy.h"

#include <optional>
#include <string>

namespace usaged {

/// The bytes of the request for a tunnel through `proxy` to `origin` (host and port). They may hold the proxy's
/// password: the caller's to wipe. (RFC 9110, section 9.3.6)
std::string connect_text(Proxy const& proxy, std::string const& origin);

/// What it means that `proxy` answered that request with `status`; nothing if the tunnel is there.
/// ErrorCategory::config if it wants a user name and password, else ErrorCategory::network, to be repeated if the proxy
/// says that it is its own trouble.
std::optional<Error> tunnel_refusal(Proxy const& proxy, std::string const& origin, int status);

/// How errors name the proxy.
std::string in_words(Proxy const& proxy);

} // namespace usaged
