#include "daemon/net/proxy_exemption.h"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>

#include <algorithm>
#include <optional>
#include <string>

namespace usaged {
namespace ip = boost::asio::ip;
using boost::system::error_code;
namespace {

constexpr std::string_view separators = ", \t\r\n";

struct Entry {
    std::string host;
    std::string port; ///< empty: any
};

/// "[::1]:443", "::1", "host:443", "host"
Entry split(std::string_view text)
{
    auto const closing = text.starts_with('[') ? text.find(']') : std::string_view::npos;
    auto const bracket = closing != std::string_view::npos;
    std::string host{bracket ? text.substr(1, closing - 1) : text.substr(0, text.find(':'))};
    auto const rest = text.substr(bracket ? closing + 1 : host.size());
    if (rest.empty()) return {host, {}};
    if (rest.front() != ':' || rest.find(':', 1) != std::string_view::npos) return {std::string{text}, {}};
    return {host, std::string{rest.substr(1)}};
}

std::optional<ip::address> address_of(std::string const& text)
{
    error_code error;
    auto const address = ip::make_address(text, error);
    if (error) return std::nullopt;
    return address;
}

bool in_network(ip::address const& address, std::string const& network)
{
    error_code error;
    if (address.is_v4()) {
        auto const net = ip::make_network_v4(network, error);
        return !error && ip::network_v4{address.to_v4(), net.prefix_length()}.canonical() == net.canonical();
    }
    auto const net = ip::make_network_v6(network, error);
    return !error && ip::network_v6{address.to_v6(), net.prefix_length()}.canonical() == net.canonical();
}

bool in_domain(std::string_view host, std::string_view domain)
{
    if (domain.starts_with("*.")) domain.remove_prefix(1);
    if (domain.starts_with('.')) domain.remove_prefix(1);
    if (domain.ends_with('.')) domain.remove_suffix(1);
    if (host.ends_with('.')) host.remove_suffix(1);
    if (domain.empty() || !host.ends_with(domain)) return false;
    return host.size() == domain.size() || host[host.size() - domain.size() - 1] == '.';
}

bool names(Entry const& entry, std::string const& host, std::string_view port)
{
    if (!entry.port.empty() && entry.port != port) return false;
    if (entry.host == "*") return true;
    auto const address = address_of(host);
    if (!address) return in_domain(host, entry.host);
    if (entry.host.find('/') != std::string::npos) return in_network(*address, entry.host);
    return address == address_of(entry.host);
}

std::string lower(std::string_view text)
{
    std::string out{text};
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return out;
}

} // namespace

bool exempt_from_proxy(std::string_view list, std::string_view host, std::string_view port)
{
    for (auto begin = list.find_first_not_of(separators); begin != std::string_view::npos;) {
        auto const end = std::min(list.find_first_of(separators, begin), list.size());
        auto const entry = split(lower(list.substr(begin, end - begin)));
        if (names(entry, std::string{host}, port)) return true;
        begin = list.find_first_not_of(separators, end);
    }
    return false;
}

bool loopback_host(std::string_view host)
{
    auto const address = address_of(std::string{host});
    return address ? address->is_loopback() : in_domain(host, "localhost");
}

} // namespace usaged
