#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// Where a server of ours listens.
struct ListenAddress {
    std::string host; ///< an IPv4 or IPv6 address without brackets, or `localhost`
    std::uint16_t port = 0;

    bool operator==(ListenAddress const&) const = default;
};

/// `127.0.0.1:9815`, `[::1]:9815` or `localhost:9815`, with a port from 1 to 65535; nothing for anything else.
std::optional<ListenAddress> parse_listen_address(std::string_view text);

/// What parse_listen_address reads.
std::string to_string(ListenAddress const& address);

/// Whether `host` is `localhost` or an address in 127.0.0.0/8 or ::1, which only this computer reaches.
bool is_loopback(std::string const& host);

/// Whether `host` is an IPv4 or IPv6 address, without brackets.
bool is_ip_address(std::string const& host);

} // namespace usaged
