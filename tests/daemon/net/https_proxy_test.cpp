#include "tests/daemon/net/site.h"
#include "tests/support/environment_variable.h"
#include "tests/support/tinyproxy.h"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <atomic>
#include <future>

namespace usaged::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// No host is exempted from the proxy, whatever the environment of the tests says.
struct NoExemption {
    EnvironmentVariable upper{"NO_PROXY", ""};
    EnvironmentVariable lower{"no_proxy", ""};
};

HttpSettings through(std::string const& proxy, HttpSettings settings)
{
    settings.proxy.url = proxy;
    return settings;
}

std::string plain_url(TlsServer const& server)
{
    return "http://127.0.0.1:" + std::to_string(server.port());
}

/// Finds no name at all.
LookUpResult no_look_up(std::string const& host, std::string const& port)
{
    if (host == "127.0.0.1") return look_up_addresses(host, port);
    return {};
}

std::string const established = "HTTP/1.1 200 Connection established\r\n\r\n";

/// The error of a request for https://api.example/ through a proxy that says `bytes` and goes away in the way of `end`.
Error proxy_error(
    std::string const& bytes, void (*end)(ServerConnection&) = [](ServerConnection&) {},
    std::chrono::milliseconds limit = 30s)
{
    NoExemption const none;
    Site const site;
    TlsServer const proxy{site.certificate, [&](ServerConnection& connection) {
                              if (connection.read_request().empty()) return;
                              connection.write(bytes);
                              end(connection);
                          }};
    auto error = fetch_error(through(plain_url(proxy), site.settings(limit)), get("https://api.example/"));
    CHECK(std::string{error.what()}.find("the proxy 127.0.0.1:" + std::to_string(proxy.port())) != std::string::npos);
    return error;
}

TEST_CASE("requests go through a real proxy, all of them in one tunnel")
{
    NoExemption const none;
    Site const site;
    TlsServer const server{site.certificate, [](ServerConnection& connection) {
                               connection.handshake();
                               while (!connection.read_request().empty()) connection.write(ok);
                           }};
    Tinyproxy const proxy;
    asio::io_context io;
    HttpsTransport transport{io.get_executor(), through(proxy.url(), site.settings())};
    auto const request = get(server.url("/secret-target"));
    for (int i = 0; i < 3; ++i) CHECK(run_coroutine(io, transport.send(request)).body == "ok");
    auto const log = proxy.log();
    auto const tunnel = "CONNECT 127.0.0.1:" + std::to_string(server.port()) + " HTTP/1.1";
    REQUIRE(log.find(tunnel) != std::string::npos);
    CHECK(log.find(tunnel, log.find(tunnel) + 1) == std::string::npos);
    CHECK(log.find("secret-target") == std::string::npos);
}

TEST_CASE("a real proxy gets its user name and password, and whoever has none does not pass")
{
    NoExemption const none;
    Site const site;
    TlsServer const server{site.certificate, answer(ok)};
    Tinyproxy const proxy{{.user = "partner", .password = "open-sesame"}};
    auto settings = through(proxy.url(), site.settings());
    CHECK(fetch_error(settings, get(server.url())).category() == ErrorCategory::config);

    EnvironmentVariable const password{"USAGED_TEST_PROXY_PASSWORD", "open-sesame"};
    settings.proxy.user = "partner";
    settings.proxy.password = {SecretSource::Kind::env, "USAGED_TEST_PROXY_PASSWORD"};
    CHECK(fetch(settings, get(server.url())).body == "ok");

    EnvironmentVariable const wrong{"USAGED_TEST_PROXY_PASSWORD", "close-sesame"};
    auto const error = fetch_error(settings, get(server.url()));
    CHECK(error.category() == ErrorCategory::config);
    CHECK(std::string{error.what()}.find("sesame") == std::string::npos);
    CHECK(error.remedy().find("http.proxy_password") != std::string::npos);
}

TEST_CASE("a port that a real proxy forbids, and a server that it cannot reach")
{
    NoExemption const none;
    Site const site;
    TlsServer const server{site.certificate, answer(ok)};
    Tinyproxy const strict{{.only_port = 443}};
    auto const forbidden = fetch_error(through(strict.url(), site.settings()), get(server.url()));
    CHECK(std::string{forbidden.what()}.ends_with("status 403"));
    CHECK_FALSE(forbidden.retryable());

    Tinyproxy const proxy;
    auto const unreachable = fetch_error(through(proxy.url(), site.settings()), get("https://127.0.0.1:1/"));
    CHECK(std::string{unreachable.what()}.ends_with("status 500"));
    CHECK(unreachable.category() == ErrorCategory::network);
    CHECK(unreachable.retryable());
}

TEST_CASE("the certificate in the tunnel is the server's, and has to name it")
{
    NoExemption const none;
    Site const site;
    Tinyproxy const proxy;
    std::atomic<bool> saw_request = false;
    TlsServer const server{issue(site.root, {.ip_addresses = {"127.0.0.2"}}), [&](ServerConnection& connection) {
                               if (connection.handshake()) saw_request = !connection.read_request().empty();
                           }};
    auto const error = fetch_error(through(proxy.url(), site.settings()), get(server.url()));
    CHECK(error.category() == ErrorCategory::tls);
    CHECK(std::string{error.what()}.find("(through the proxy 127.0.0.1:") != std::string::npos);
    CHECK_FALSE(saw_request);
}

TEST_CASE("the proxy sees host and port in clear and nothing else, and looks the name up itself")
{
    NoExemption const none;
    Site const site;
    std::promise<std::string> in_clear;
    std::promise<std::string> in_tunnel;
    TlsServer const proxy{issue(site.root, {.dns_names = {"api.example"}}), [&](ServerConnection& connection) {
                              in_clear.set_value(connection.read_request());
                              connection.write(established);
                              connection.handshake();
                              in_tunnel.set_value(connection.read_request());
                              connection.write(ok);
                          }};
    auto request = get("https://api.example/path?query");
    request.method = "POST";
    request.headers.emplace_back("Authorization", "Bearer secret");
    request.body = "client_secret=secret";
    CHECK(fetch(through(plain_url(proxy), site.settings()), request, no_look_up).body == "ok");
    CHECK(in_clear.get_future().get() == "CONNECT api.example:443 HTTP/1.1\r\nHost: api.example:443\r\n\r\n");
    CHECK(in_tunnel.get_future().get().ends_with("\r\n\r\nclient_secret=secret"));
}

TEST_CASE("an IPv6 address stands in brackets in what the proxy is asked for")
{
    NoExemption const none;
    Site const site;
    std::promise<std::string> seen;
    TlsServer const proxy{site.certificate, [&](ServerConnection& connection) {
                              seen.set_value(connection.read_request());
                              connection.write(established);
                              connection.handshake();
                              connection.read_request();
                              connection.write(ok);
                          }};
    CHECK(fetch(through(plain_url(proxy), site.settings()), get("https://[::1]:8443/")).body == "ok");
    CHECK(seen.get_future().get().starts_with("CONNECT [::1]:8443 HTTP/1.1\r\nHost: [::1]:8443\r\n"));
}

TEST_CASE("what a proxy answers that is no tunnel is an error that names the proxy, and its text stays out of it")
{
    struct Case {
        std::string bytes;
        ErrorCategory category;
    };
    for (auto const& refused : {
             Case{"HTTP/1.1 407 secret\r\nContent-Length: 6\r\n\r\nsecret", ErrorCategory::config},
             Case{"HTTP/1.1 503 secret\r\nTransfer-Encoding: chunked\r\n\r\n", ErrorCategory::network},
             Case{"HTTP/1.0 403 secret\r\n\r\n<p>secret", ErrorCategory::network},
             Case{"secret is no HTTP", ErrorCategory::protocol},
             Case{"HTTP/1.1 2xx secret\r\n\r\n", ErrorCategory::protocol},
             Case{"HTTP/1.1 200 OK\r\nA: secret" + std::string(70000, 'x'), ErrorCategory::protocol},
             Case{established + "secret", ErrorCategory::protocol},
         }) {
        CAPTURE(refused.bytes.substr(0, 80));
        auto const error = proxy_error(refused.bytes, stall);
        CAPTURE(std::string{error.what()});
        CHECK(error.category() == refused.category);
        CHECK(std::string{error.what()}.find("secret") == std::string::npos);
        CHECK_FALSE(error.remedy().empty());
    }
}

TEST_CASE("a proxy that breaks off or stalls is a network error")
{
    for (auto const& bytes : {std::string{}, std::string{"HTTP/1.1 200"}, established}) {
        CAPTURE(bytes);
        for (auto const end : {+[](ServerConnection&) {}, reset}) {
            auto const error = proxy_error(bytes, end);
            CHECK(error.category() == ErrorCategory::network);
            CHECK(error.retryable());
        }
        auto const late = proxy_error(bytes, stall, 200ms);
        CHECK(late.category() == ErrorCategory::network);
        CHECK(std::string{late.what()}.ends_with("within 200 ms"));
    }
}

TEST_CASE("a tunnel to a server that does not speak TLS is refused")
{
    auto const error = proxy_error(established, [](ServerConnection& connection) {
        connection.client_left_within(30s); // it greets: what comes before that is the proxy's fault
        connection.write("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.stall();
    });
    CHECK(error.category() == ErrorCategory::tls);
}

TEST_CASE("a proxy that is not there is a network error that names it")
{
    NoExemption const none;
    Site const site;
    std::string url;
    {
        TlsServer const gone{site.certificate, stall};
        url = plain_url(gone);
    }
    auto const error = fetch_error(through(url, site.settings()), get("https://api.example/"));
    CHECK(error.category() == ErrorCategory::network);
    CHECK(std::string{error.what()} == "cannot connect to the proxy " + url.substr(7) + ": Connection refused");
}

TEST_CASE("a request is cancelled at once while the proxy makes up its mind")
{
    NoExemption const none;
    Site const site;
    asio::io_context io;
    asio::cancellation_signal signal;
    TlsServer const proxy{site.certificate, [&](ServerConnection& connection) {
                              connection.read_request();
                              asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); });
                              connection.stall();
                          }};
    HttpsTransport transport{io.get_executor(), through(plain_url(proxy), site.settings())};
    auto const request = get("https://api.example/");
    CHECK_THROWS_AS(run_coroutine(io, transport.send(request), signal), boost::system::system_error);
}

TEST_CASE("a proxy that cannot be one is a configuration error before anything is sent")
{
    Site const site;
    auto const error = fetch_error(through("socks5://127.0.0.1:1080", site.settings()), get("https://api.example/"));
    CHECK(error.category() == ErrorCategory::config);
}

} // namespace
} // namespace usaged::test
