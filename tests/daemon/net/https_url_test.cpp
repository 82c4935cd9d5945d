#include "daemon/fault/error.h"
#include "daemon/net/https_url.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

TEST_CASE("an https URL falls into host, port, Host header and target")
{
    struct Case {
        std::string url, host, port, authority, target;
    };
    for (auto const& expected : {
             Case{"https://api.example.com", "api.example.com", "443", "api.example.com", "/"},
             Case{"HTTPS://API.Example.com:443/v1?a=1&b=%20", "api.example.com", "443", "api.example.com",
                  "/v1?a=1&b=%20"},
             Case{"https://127.0.0.1:8443/v1/", "127.0.0.1", "8443", "127.0.0.1:8443", "/v1/"},
             Case{"https://[::1]:8443?x", "::1", "8443", "[::1]:8443", "/?x"},
             Case{"https://localhost:/a#part", "localhost", "443", "localhost", "/a"},
         }) {
        CAPTURE(expected.url);
        auto const parsed = parse_https_url(expected.url);
        CHECK(parsed.host == expected.host);
        CHECK(parsed.port == expected.port);
        CHECK(parsed.authority == expected.authority);
        CHECK(parsed.target == expected.target);
    }
}

TEST_CASE("the origin always names the port")
{
    CHECK(parse_https_url("https://api.example.com/v1").origin() == "api.example.com:443");
    CHECK(parse_https_url("https://[::1]:8443/").origin() == "[::1]:8443");
}

TEST_CASE("what is not an https URL of a host is a configuration error that does not repeat the URL")
{
    for (std::string const url :
         {"http://secret.example/", "secret.example/path", "/secret", "", "https://", "https:///secret",
          "https://user:secret@host/", "https://host:0/secret", "https://host:65536/secret", "https://ho%20st/secret",
          "https://host\r\n/secret", "https://host/sec ret", "ftp://secret.example/",
          "https://127.0.0.1.secret.example/"}) {
        CAPTURE(url);
        try {
            parse_https_url(url);
            FAIL("accepted");
        } catch (Error const& error) {
            CHECK(error.category() == ErrorCategory::config);
            CHECK(std::string{error.what()}.find("secret") == std::string::npos);
        }
    }
}

} // namespace
} // namespace usaged::test
