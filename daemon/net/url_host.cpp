#include "daemon/net/url_host.h"

#include <algorithm>

namespace usaged {
namespace urls = boost::urls;
namespace {

bool host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

} // namespace

std::optional<std::string> url_host(urls::url_view const& url)
{
    if (url.host_type() == urls::host_type::ipv6) return std::string{url.host_address()};
    std::string host = url.host();
    std::ranges::transform(host, host.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (host.empty() || !std::ranges::all_of(host, host_character)) return std::nullopt;
    return host;
}

std::string bracketed(std::string const& host)
{
    return host.find(':') == std::string::npos ? host : std::string{"["}.append(host).append("]");
}

} // namespace usaged
