#include "daemon/net/https_url.h"

#include "daemon/fault/error.h"
#include "daemon/net/url_host.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <utility>

namespace usaged {
namespace urls = boost::urls;
namespace {

// The URL stays out of the text: its query may hold what nobody should read.
Error refusal(std::string const& why)
{
    return Error{ErrorCategory::config, "no request can be sent: the URL " + why,
                 "check the URLs in the configuration; they look like https://host.example"};
}

std::string port_of(urls::url_view const& url)
{
    if (!url.has_port() || url.port().empty()) return "443";
    if (url.port_number() == 0) throw refusal("has a port that is not between 1 and 65535");
    return std::to_string(url.port_number());
}

} // namespace

std::string HttpsUrl::origin() const
{
    return bracketed(host) + ":" + port;
}

HttpsUrl parse_https_url(std::string_view text)
{
    auto const parsed = urls::parse_uri(text);
    if (!parsed) throw refusal("is not a valid absolute URL");
    urls::url_view const& url = *parsed;
    if (url.scheme_id() != urls::scheme::https) throw refusal("does not begin with https://");
    if (url.has_userinfo()) throw refusal("has a user name or password in it");

    HttpsUrl result;
    auto host = url_host(url);
    if (!host) throw refusal("has no host, or one that cannot be looked up");
    result.host = std::move(*host);
    result.port = port_of(url);
    result.authority = result.port == "443" ? bracketed(result.host) : result.origin();
    result.target = url.encoded_path().empty() ? "/" : std::string{url.encoded_path()};
    // Boost.URL 1.81 ends a host after what looks like an IPv4 address: 127.0.0.1.example would be 127.0.0.1.
    if (result.target.front() != '/') throw refusal("has a host that looks like an address but is none");
    if (url.has_query()) result.target.append("?").append(std::string_view{url.encoded_query()});
    return result;
}

} // namespace usaged
