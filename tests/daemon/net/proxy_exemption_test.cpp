#include "daemon/net/proxy_exemption.h"

#include <doctest/doctest.h>

#include <string>

namespace usaged::test {
namespace {

TEST_CASE("a list of exemptions names hosts, domains, addresses and networks, with or without a port")
{
    struct Case {
        std::string list, host, port;
        bool exempt;
    };
    for (auto const& expected : {
             Case{"", "api.example.com", "443", false},
             Case{" , ,", "api.example.com", "443", false},
             Case{"*", "api.example.com", "443", true},
             Case{"example.org,*", "10.1.2.3", "443", true},
             Case{"api.example.com", "api.example.com", "443", true},
             Case{"API.Example.COM", "api.example.com", "443", true},
             Case{"example.com", "api.example.com", "443", true},
             Case{".example.com", "api.example.com", "443", true},
             Case{".example.com", "example.com", "443", true},
             Case{"*.example.com", "api.example.com", "443", true},
             Case{"example.com.", "api.example.com", "443", true},
             Case{"example.com", "api.example.com.", "443", true},
             Case{"ample.com", "example.com", "443", false},
             Case{"api.example.com", "example.com", "443", false},
             Case{".", "example.com", "443", false},
             Case{"a.example, example.com\tb.example", "example.com", "443", true},
             Case{"example.com:443", "api.example.com", "443", true},
             Case{"example.com:8443", "api.example.com", "443", false},
             Case{"10.1.2.3", "10.1.2.3", "443", true},
             Case{"10.1.2.3:8443", "10.1.2.3", "443", false},
             Case{"1.2.3", "10.1.2.3", "443", false},
             Case{".2.3", "10.1.2.3", "443", false},
             Case{"10.0.0.0/8", "10.1.2.3", "443", true},
             Case{"10.1.2.9/30", "10.1.2.3", "443", false},
             Case{"10.0.0.0/8:443", "10.1.2.3", "443", true},
             Case{"10.0.0.0/33", "10.1.2.3", "443", false},
             Case{"10.0.0.0/8", "fd00::1", "443", false},
             Case{"::1", "::1", "443", true},
             Case{"0:0::1", "::1", "443", true},
             Case{"[::1]", "::1", "443", true},
             Case{"[::1]:443", "::1", "443", true},
             Case{"[::1]:8443", "::1", "443", false},
             Case{"fd00::/8", "fd12::1", "443", true},
             Case{"fd00::/8", "fe80::1", "443", false},
             Case{"[::1", "::1", "443", false},
         }) {
        CAPTURE(expected.list);
        CAPTURE(expected.host);
        CHECK(exempt_from_proxy(expected.list, expected.host, expected.port) == expected.exempt);
    }
}

TEST_CASE("loopback addresses and localhost are this computer")
{
    for (std::string const host : {"127.0.0.1", "127.9.9.9", "::1", "localhost", "a.localhost", "localhost."}) {
        CAPTURE(host);
        CHECK(loopback_host(host));
    }
    for (std::string const host : {"128.0.0.1", "::2", "localhost.example", "mylocalhost", ""}) {
        CAPTURE(host);
        CHECK_FALSE(loopback_host(host));
    }
}

} // namespace
} // namespace usaged::test
