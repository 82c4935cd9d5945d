#include "tests/daemon/net/compress.h"
#include "tests/daemon/net/site.h"

#include <future>

namespace usaged::test {
namespace {

namespace asio = boost::asio;

TEST_CASE("a request arrives as it was asked for")
{
    Site const site;
    std::promise<std::string> seen;
    TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                               connection.handshake();
                               seen.set_value(connection.read_request());
                               connection.write(ok);
                           }};
    HttpRequest request;
    request.method = "POST";
    request.url = server.url("/token?x=1");
    request.headers.emplace_back("Accept", "application/json");
    request.body = "a=b";
    fetch(site.settings(), request);
    CHECK(seen.get_future().get() == "POST /token?x=1 HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server.port()) +
                                         "\r\nAccept-Encoding: gzip, identity\r\nAccept: application/json\r\n"
                                         "Content-Length: 3\r\n\r\na=b");
}

TEST_CASE("a valid answer in any form is complete, whatever its status")
{
    struct Case {
        std::string bytes;
        int status;
    };
    for (auto const& valid : {
             Case{ok, 200},
             Case{"HTTP/1.1 503 \r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n", 503},
             Case{"HTTP/1.1 302 Found\r\nLocation: /\r\nConnection: close\r\n\r\nok", 302},
             Case{"HTTP/1.0 200 OK\r\n\r\nok", 200},
             Case{"HTTP/1.1 100 Continue\r\n\r\n" + ok, 200},
         }) {
        CAPTURE(valid.bytes);
        Site const site;
        TlsServer const server{site.certificate, answer(valid.bytes, close_notify)};
        auto const response = fetch(site.settings(), get(server.url()));
        CHECK(response.status == valid.status);
        CHECK(response.body == "ok");
    }
}

TEST_CASE("a body of megabytes arrives byte for byte")
{
    std::string body(9u << 20, '\0');
    for (std::size_t i = 0; i < body.size(); ++i) body[i] = static_cast<char>(i * 7919 >> 8);
    auto const length = "Content-Length: " + std::to_string(body.size()) + "\r\n";
    for (std::string const& header : {length, std::string{}}) {
        CAPTURE(header);
        Site const site;
        TlsServer const server{site.certificate, answer("HTTP/1.1 200 OK\r\n" + header + "\r\n" + body, close_notify)};
        auto const response = fetch(site.settings(), get(server.url()));
        CHECK((response.body == body));
        CHECK(response.body.capacity() >= body.size() + 64);
    }
}

TEST_CASE("an answer in gzip arrives as text")
{
    Site const site;
    auto const body = gzip("hello");
    auto const bytes = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n\r\n" + body;
    TlsServer const server{site.certificate, answer(bytes, stall)};
    CHECK(fetch(site.settings(), get(server.url())).body == "hello");
}

TEST_CASE("an answer that breaks off is a network error")
{
    struct Case {
        std::string bytes;
        void (*end)(ServerConnection&);
    };
    for (auto const& broken : {
             Case{"", close_notify}, Case{"", reset}, Case{"HTTP/1.1 200", close_notify},
             Case{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", close_notify},
             Case{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", reset},
             Case{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", close_notify},
             Case{"HTTP/1.1 200 OK\r\n\r\nok", [](ServerConnection&) {}}, // no close_notify
         }) {
        CAPTURE(broken.bytes);
        auto const error = error_of(answer(broken.bytes, broken.end));
        CAPTURE(std::string{error.what()});
        CHECK(error.category() == ErrorCategory::network);
        CHECK(error.retryable());
    }
}

TEST_CASE("an answer that is not valid or too long ends at once in a protocol error, and its text stays out of it")
{
    for (std::string const& bytes : {
             std::string{"secret is no HTTP"},
             std::string{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nsecret"},
             std::string{"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 9\r\n\r\nsecret"},
             std::string{"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 9\r\n\r\nsecret"},
             "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + gzip("secret" + std::string(1000, 'x')),
             std::string{"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\nsecret"},
             "HTTP/1.1 200 OK\r\n\r\nsecret" + std::string(1000, 'x'),
             "HTTP/1.1 200 OK\r\nA: secret" + std::string(70000, 'x'),
         }) {
        CAPTURE(bytes.substr(0, 80));
        auto const error = error_of(answer(bytes, stall));
        CHECK(error.category() == ErrorCategory::protocol);
        CHECK(std::string{error.what()}.find("secret") == std::string::npos);
        CHECK_FALSE(error.retryable());
    }
}

TEST_CASE("a request bounds its answer, on a new connection and on a kept one")
{
    Site const site;
    TlsServer const server{site.certificate, [](ServerConnection& connection) {
                               connection.handshake();
                               while (!connection.read_request().empty()) connection.write(ok);
                           }};
    asio::io_context io;
    HttpsTransport transport{io.get_executor(), site.settings()};
    auto request = get(server.url());
    for (std::uint64_t const bound : {1u, 2u, 1u, 0u}) {
        CAPTURE(bound);
        request.max_body = bound;
        if (bound == 1)
            CHECK_THROWS_AS(run_coroutine(io, transport.send(request)), Error);
        else
            CHECK(run_coroutine(io, transport.send(request)).body == "ok");
    }
}

TEST_CASE("a refused connection is a network error that names the address")
{
    Site const site;
    std::string url;
    {
        TlsServer const gone{site.certificate, stall};
        url = gone.url();
    }
    auto const error = fetch_error(site.settings(), get(url));
    CHECK(error.category() == ErrorCategory::network);
    CHECK(std::string{error.what()} == "cannot connect to " + url.substr(8, url.size() - 9) + ": Connection refused");
}

TEST_CASE("when one address does not answer the next one is tried")
{
    Site const site;
    TlsServer const server{site.certificate, answer(ok)};
    auto const look_up = [&](std::string const&, std::string const& port) {
        auto found = look_up_addresses("::1", port);
        found.endpoints.push_back(look_up_addresses("127.0.0.1", port).endpoints.front());
        return found;
    };
    auto const url = "https://localhost:" + std::to_string(server.port()) + "/";
    CHECK(fetch(site.settings(), get(url), look_up).body == "ok");
}

TEST_CASE("an IPv6 address is as good as any other")
{
    Site const site;
    TlsServer const server{site.certificate, answer(ok), {.address = "::1"}};
    auto const port = std::to_string(server.port());
    CHECK(fetch(site.settings(), get("https://[::1]:" + port + "/")).body == "ok");
    auto const look_up = [](std::string const&, std::string const& at) {
        auto found = look_up_addresses("127.0.0.1", at);
        found.endpoints.push_back(look_up_addresses("::1", at).endpoints.front());
        return found;
    };
    CHECK(fetch(site.settings(), get("https://localhost:" + port + "/"), look_up).body == "ok");
}

TEST_CASE("a file of roots that cannot be opened is refused at once, one without certificates at the first connection")
{
    Site const site;
    asio::io_context io;
    auto settings = site.settings();
    settings.ca_file = site.directory.path() / "missing.pem";
    CHECK_THROWS_AS((HttpsTransport{io.get_executor(), settings}), Error);

    settings.ca_file = site.directory.path() / "empty.pem";
    write_file(settings.ca_file, "");
    CHECK(fetch_error(settings, get("https://127.0.0.1/")).category() == ErrorCategory::config);
}

TEST_CASE("only https is spoken")
{
    Site const site;
    CHECK(fetch_error(site.settings(), get("http://127.0.0.1/")).category() == ErrorCategory::config);
}

} // namespace
} // namespace usaged::test
