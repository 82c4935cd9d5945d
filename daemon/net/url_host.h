#pragma once

#include <boost/url/url_view.hpp>

#include <optional>
#include <string>

namespace usaged {

/// The host of a URL: a name in lower case, or an address, an IPv6 one without brackets. Nothing if there is none or
/// one that cannot be looked up.
std::optional<std::string> url_host(boost::urls::url_view const& url);

/// `host` as it stands before a port: an IPv6 address in brackets.
std::string bracketed(std::string const& host);

} // namespace usaged
