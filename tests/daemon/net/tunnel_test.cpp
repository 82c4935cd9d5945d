#include "daemon/net/response_parser.h"
#include "daemon/net/tunnel.h"

#include <doctest/doctest.h>

#include <string>

namespace usaged::test {
namespace {

Proxy proxy(std::string authorization = {})
{
    return {"proxy.example", "3128", Secret{std::move(authorization)}};
}

TEST_CASE("a tunnel is asked for by host and port, with the proxy's password if there is one")
{
    CHECK(connect_text(proxy(), "api.example.com:443") ==
          "CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n");
    CHECK(connect_text(proxy("Basic dGVzdDo="), "[fd00::1]:443") ==
          "CONNECT [fd00::1]:443 HTTP/1.1\r\nHost: [fd00::1]:443\r\nProxy-Authorization: Basic dGVzdDo=\r\n\r\n");
}

TEST_CASE("the status of the proxy's answer decides whether there is a tunnel, and what to do if there is none")
{
    struct Case {
        int status;
        ErrorCategory category;
        bool retryable;
    };
    for (auto const& refused : {
             Case{302, ErrorCategory::network, false},
             Case{400, ErrorCategory::network, false},
             Case{401, ErrorCategory::config, false},
             Case{403, ErrorCategory::network, false},
             Case{405, ErrorCategory::network, false},
             Case{407, ErrorCategory::config, false},
             Case{408, ErrorCategory::network, true},
             Case{429, ErrorCategory::network, true},
             Case{500, ErrorCategory::network, true},
             Case{502, ErrorCategory::network, true},
             Case{504, ErrorCategory::network, true},
         }) {
        CAPTURE(refused.status);
        auto const error = tunnel_refusal(proxy("Basic secret"), "api.example.com:443", refused.status).value();
        CHECK(error.category() == refused.category);
        CHECK(error.retryable() == refused.retryable);
        CHECK(std::string{error.what()}.starts_with("the proxy proxy.example:3128 does not connect to "
                                                    "api.example.com:443: status " +
                                                    std::to_string(refused.status)));
        CHECK(std::string{error.what()}.find("secret") == std::string::npos);
        CHECK_FALSE(error.remedy().empty());
    }
    CHECK_FALSE(tunnel_refusal(proxy(), "api.example.com:443", 200));
    CHECK_FALSE(tunnel_refusal(proxy(), "api.example.com:443", 204));
}

TEST_CASE("a proxy that wants a password is told apart from one that refuses it")
{
    auto const what = [](Proxy const& by) { return std::string{tunnel_refusal(by, "a:443", 407).value().what()}; };
    CHECK(what(proxy()).ends_with("wants a user name and password"));
    CHECK(what(proxy("Basic dGVzdDo=")).ends_with("refuses the user name and password"));
}

TEST_CASE("what to do about a proxy names the place where it is written down")
{
    auto const remedy = [](std::string source, int status) {
        auto named = proxy();
        named.source = std::move(source);
        return tunnel_refusal(named, "a:443", status).value().remedy();
    };
    for (int const status : {401, 407, 502}) {
        CAPTURE(status);
        CHECK(remedy("$https_proxy", status).find("$https_proxy") != std::string::npos);
        CHECK(remedy("http.proxy", status).find("http.proxy") != std::string::npos);
        CHECK(remedy("http.proxy", status).find('$') == std::string::npos);
    }
    CHECK(remedy("http.proxy", 407).find("http.proxy_user") != std::string::npos);
    CHECK(remedy("$https_proxy", 502).find("http.proxy") == std::string::npos);
}

TEST_CASE("a response to CONNECT ends with its head, and what follows it shows")
{
    struct Case {
        std::string bytes;
        bool surplus;
    };
    for (auto const& answer : {
             Case{"HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n", false},
             Case{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false},
             Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", false},
             Case{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n", false},
             Case{"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nx", true},
         }) {
        for (std::size_t split = 0; split <= answer.bytes.size(); ++split) {
            CAPTURE(answer.bytes);
            ResponseParser parser{"the proxy", ResponseParser::to_connect};
            parser.put(answer.bytes.substr(0, split));
            parser.put(answer.bytes.substr(split));
            REQUIRE(parser.complete());
            CHECK(parser.surplus() == answer.surplus);
            CHECK(parser.take().status == 200);
        }
    }
}

} // namespace
} // namespace usaged::test
