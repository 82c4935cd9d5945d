#include "daemon/net/listen_address.h"

#include <arpa/inet.h>
#include <charconv>
#include <netinet/in.h>

namespace usaged {

namespace {

std::optional<std::uint16_t> parse_port(std::string_view text)
{
    std::uint16_t port = 0;
    auto const* const end = text.data() + text.size();
    auto const [stop, error] = std::from_chars(text.data(), end, port);
    if (error != std::errc{} || stop != end || text.front() == '0') return std::nullopt;
    return port;
}

} // namespace

std::optional<ListenAddress> parse_listen_address(std::string_view text)
{
    auto const colon = text.rfind(':');
    if (colon == std::string_view::npos || colon + 1 == text.size()) return std::nullopt;
    auto const port = parse_port(text.substr(colon + 1));
    auto host = text.substr(0, colon);
    bool const bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    std::string const name{host};
    bool const is_ipv6 = name.find(':') != std::string::npos;
    if (!port || is_ipv6 != bracketed || (name != "localhost" && !is_ip_address(name))) return std::nullopt;
    return ListenAddress{name, *port};
}

std::string to_string(ListenAddress const& address)
{
    bool const is_ipv6 = address.host.find(':') != std::string::npos;
    return (is_ipv6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

bool is_loopback(std::string const& host)
{
    if (host == "localhost") return true;
    in_addr ipv4{};
    if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24U == 127;
    in6_addr ipv6{};
    return inet_pton(AF_INET6, host.c_str(), &ipv6) == 1 && IN6_IS_ADDR_LOOPBACK(&ipv6) != 0;
}

bool is_ip_address(std::string const& host)
{
    in6_addr room{}; // for either
    return inet_pton(AF_INET, host.c_str(), &room) == 1 || inet_pton(AF_INET6, host.c_str(), &room) == 1;
}

} // namespace usaged
