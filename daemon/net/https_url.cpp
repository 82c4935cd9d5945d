#include "daemon/net/https_url.h"

#include "daemon/fault/error.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include <algorithm>

namespace usaged {
namespace urls = boost::urls;
namespace {

// The URL stays out of the text: its query may hold what nobody should read.
Error refusal(std::string const& why)
{
    return Error{ErrorCategory::config, "no request can be sent: the URL " + why,
                 "check the URLs in the configuration; they look like https://host.example"};
}

bool host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

std::string host_of(urls::url_view const& url)
{
    if (url.host_type() == urls::host_type::ipv6) return std::string{url.host_address()};
    if (url.host_type() == urls::host_type::ipvfuture) throw refusal("has an address of an unknown kind for a host");
    std::string host = url.host();
    std::ranges::transform(host, host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (host.empty()) throw refusal("has no host");
    if (!std::ranges::all_of(host, host_character)) throw refusal("has a host with characters that no name has");
    return host;
}

std::string port_of(urls::url_view const& url)
{
    if (!url.has_port() || url.port().empty()) return "443";
    if (url.port_number() == 0) throw refusal("has a port that is not between 1 and 65535");
    return std::to_string(url.port_number());
}

std::string bracketed(std::string const& host)
{
    return host.find(':') == std::string::npos ? host : std::string{"["}.append(host).append("]");
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
    result.host = host_of(url);
    result.port = port_of(url);
    result.authority = result.port == "443" ? bracketed(result.host) : result.origin();
    result.target = url.encoded_path().empty() ? "/" : std::string{url.encoded_path()};
    // Boost.URL 1.81 ends a host after what looks like an IPv4 address: 127.0.0.1.example would be 127.0.0.1.
    if (result.target.front() != '/') throw refusal("has a host that looks like an address but is none");
    if (url.has_query()) result.target.append("?").append(std::string_view{url.encoded_query()});
    return result;
}

} // namespace usaged
