#include "daemon/metrics/host_names.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

MetricsSettings at(std::string const& address, bool remote = false)
{
    MetricsSettings settings;
    settings.listen = parse_listen_address(address);
    settings.allow_remote = remote;
    return settings;
}

} // namespace

TEST_CASE("at a loopback address only loopback names are ours")
{
    auto const settings = at("127.0.0.1:9815");
    for (auto const* host : {"localhost", "localhost:9815", "LOCALHOST:9815", "127.0.0.1:9815", "127.0.0.1",
                             "[::1]:9815", "127.0.0.1:80"}) {
        CAPTURE(host);
        CHECK(is_our_host(host, settings, "machine"));
    }
    for (auto const* host :
         {"", ":9815", "evil.example", "evil.example:9815", "machine:9815", "192.0.2.1:9815", "localhost.evil.example",
          "127.0.0.1.evil.example", "[::2]:9815", "[", "[::1", "evil.example@localhost"}) {
        CAPTURE(host);
        CHECK_FALSE(is_our_host(host, settings, "machine"));
    }
}

TEST_CASE("at an address that others reach, addresses, this computer's name and the listed names are ours")
{
    auto settings = at("0.0.0.0:9815", true);
    settings.hosts = {"usaged.example"};
    for (auto const* host :
         {"192.0.2.1:9815", "[2001:db8::1]:9815", "Machine:9815", "localhost", "Usaged.Example:9815"}) {
        CAPTURE(host);
        CHECK(is_our_host(host, settings, "machine"));
    }
    for (auto const* host :
         {"", "evil.example:9815", "machine.evil.example", "usaged.example.evil", "192.0.2.1.evil.example"}) {
        CAPTURE(host);
        CHECK_FALSE(is_our_host(host, settings, "machine"));
    }
    CHECK_FALSE(is_our_host(":9815", settings, "")); // a computer without a name
}

TEST_CASE("a listed name is ours at a loopback address too, as behind a proxy on this computer")
{
    auto settings = at("127.0.0.1:9815");
    settings.hosts = {"usaged.example"};
    CHECK(is_our_host("usaged.example", settings, "machine"));
    CHECK_FALSE(is_our_host("192.0.2.1", settings, "machine"));
}

TEST_CASE("this computer has a name")
{
    CHECK_FALSE(host_name().empty());
}

} // namespace usaged::test
