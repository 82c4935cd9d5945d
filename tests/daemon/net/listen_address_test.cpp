#include "daemon/net/listen_address.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("an address to listen at is read and written in one form")
{
    for (auto const* text : {"127.0.0.1:9815", "0.0.0.0:1", "[::1]:9815", "[::]:65535", "localhost:9815"}) {
        CAPTURE(text);
        auto const address = parse_listen_address(text);
        REQUIRE(address);
        CHECK(to_string(*address) == text);
    }
}

TEST_CASE("what is no address to listen at")
{
    for (auto const* text : {"", ":", ":1", "1", "127.0.0.1", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536",
                             "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:1 ", "127.0.0.256:1", "::1:1", "[::1]", "[]:1",
                             "[localhost]:1", "[127.0.0.1]:1", "example.com:1", "LOCALHOST:1"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_listen_address(text));
    }
}

TEST_CASE("loopback is what only this computer reaches")
{
    for (auto const* host : {"localhost", "127.0.0.1", "127.255.255.255", "::1", "0:0:0:0:0:0:0:1"}) {
        CAPTURE(host);
        CHECK(is_loopback(host));
    }
    for (auto const* host :
         {"", "0.0.0.0", "128.0.0.1", "::", "::2", "::ffff:127.0.0.1", "localhost.example", "fe80::1"}) {
        CAPTURE(host);
        CHECK_FALSE(is_loopback(host));
    }
}

} // namespace usaged::test
