#include "config/loopback.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace usaged {

bool is_loopback(std::string const& host)
{
    if (host == "localhost") return true;
    in_addr ipv4{};
    if (inet_pton(AF_INET, host.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24U == 127;
    in6_addr ipv6{};
    if (inet_pton(AF_INET6, host.c_str(), &ipv6) != 1) return false;
    for (auto i = 0U; i < 15; ++i) {
        if (ipv6.s6_addr[i] != 0) return false;
    }
    return ipv6.s6_addr[15] == 1;
}

} // namespace usaged
