#include "tests/daemon/net/site.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <atomic>
#include <functional>
#include <future>

namespace usaged::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

std::string const ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A script that reads a request, answers with `bytes` and goes away in the way of `end`.
TlsServer::Script answer(
    std::string bytes, void (*end)(ServerConnection&) = [](ServerConnection&) {})
{
    return [bytes = std::move(bytes), end](ServerConnection& connection) {
        if (!connection.handshake() || connection.read_request().empty()) return;
        connection.write(bytes);
        end(connection);
    };
}

void close_notify(ServerConnection& connection)
{
    connection.close_notify();
}
void reset(ServerConnection& connection)
{
    connection.reset();
}
void stall(ServerConnection& connection)
{
    connection.stall();
}

/// A port where connections are neither accepted nor refused: its queue is full.
class BlackHole {
public:
    BlackHole()
    {
        acceptor_.listen(0);
        for (auto& client : clients_) {
            client.open(tcp::v4());
            client.non_blocking(true);
            boost::system::error_code in_progress;
            client.connect(acceptor_.local_endpoint(), in_progress);
        }
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    using tcp = asio::ip::tcp;

    asio::io_context io_;
    tcp::acceptor acceptor_{io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    std::array<tcp::socket, 8> clients_{tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_},
                                        tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_}};
};

Error error_of(TlsServer::Script script, std::chrono::milliseconds limit = 30s)
{
    Site const site;
    auto settings = site.settings(limit);
    settings.max_body = 1000;
    TlsServer const server{site.certificate, std::move(script)};
    return fetch_error(settings, get(server.url()));
}

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
                                         "\r\nAccept-Encoding: identity\r\nAccept: application/json\r\n"
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

TEST_CASE("a connection is kept for the next request")
{
    Site const site;
    std::atomic<int> connections = 0;
    TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                               ++connections;
                               connection.handshake();
                               while (!connection.read_request().empty()) connection.write(ok);
                           }};
    asio::io_context io;
    HttpsTransport transport{io.get_executor(), site.settings()};
    auto const request = get(server.url());
    for (int i = 0; i < 3; ++i) CHECK(run_coroutine(io, transport.send(request)).body == "ok");
    CHECK(connections == 1);
}

TEST_CASE("each origin has its own connection")
{
    Site const site;
    TlsServer const first{site.certificate, answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1", stall)};
    TlsServer const second{site.certificate, answer("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n2", stall)};
    asio::io_context io;
    HttpsTransport transport{io.get_executor(), site.settings()};
    auto const to_first = get(first.url());
    auto const to_second = get(second.url());
    CHECK(run_coroutine(io, transport.send(to_first)).body == "1");
    CHECK(run_coroutine(io, transport.send(to_second)).body == "2");
}

TEST_CASE("a kept connection that the server closed while idle is replaced without a word")
{
    auto const reset_at_next_request = [](ServerConnection& connection) {
        connection.read_request();
        connection.reset();
    };
    for (auto const end : {close_notify, +reset_at_next_request, +[](ServerConnection&) {}}) {
        Site const site;
        std::atomic<int> requests = 0;
        TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                                   connection.handshake();
                                   if (connection.read_request().empty()) return;
                                   ++requests;
                                   connection.write(ok);
                                   end(connection);
                               }};
        asio::io_context io;
        HttpsTransport transport{io.get_executor(), site.settings()};
        auto request = get(server.url());
        request.method = "POST";
        for (int i = 0; i < 3; ++i) CHECK(run_coroutine(io, transport.send(request)).body == "ok");
        CHECK(requests == 3);
    }
}

TEST_CASE("a kept connection that ends after the first byte of an answer is an error, not a reason to ask again")
{
    Site const site;
    std::atomic<int> connections = 0;
    TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                               ++connections;
                               connection.handshake();
                               connection.read_request();
                               connection.write(ok);
                               connection.read_request();
                               connection.write("H");
                           }};
    asio::io_context io;
    HttpsTransport transport{io.get_executor(), site.settings()};
    auto const request = get(server.url());
    CHECK(run_coroutine(io, transport.send(request)).body == "ok");
    CHECK_THROWS_AS(run_coroutine(io, transport.send(request)), Error);
    CHECK(connections == 1);
}

TEST_CASE("after an error the connection is not used again")
{
    Site const site;
    std::atomic<int> connections = 0;
    TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                               connection.handshake();
                               connection.read_request();
                               connection.write(++connections == 1 ? "HTTP/1.1 2xx\r\n" : ok);
                               connection.stall();
                           }};
    asio::io_context io;
    HttpsTransport transport{io.get_executor(), site.settings()};
    auto const request = get(server.url());
    CHECK_THROWS_AS(run_coroutine(io, transport.send(request)), Error);
    CHECK(run_coroutine(io, transport.send(request)).body == "ok");
    CHECK(connections == 2);
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

TEST_CASE("a server that stalls is given up at the deadline, wherever it stalls")
{
    struct Case {
        std::string step;
        TlsServer::Script script;
    };
    for (auto const& stalled : {
             Case{"no TLS handshake", stall},
             Case{"no complete answer", answer("", stall)},
             Case{"no complete answer", answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200", stall)},
             Case{"no complete answer", answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", stall)},
         }) {
        auto const error = error_of(stalled.script, 80ms);
        CAPTURE(std::string{error.what()});
        CHECK(error.category() == ErrorCategory::network);
        CHECK(std::string{error.what()}.starts_with(stalled.step));
        CHECK(std::string{error.what()}.ends_with("within 80 ms"));
        CHECK_FALSE(error.remedy().empty());
    }
}

TEST_CASE("bytes that trickle in do not move the deadline")
{
    auto const start = std::chrono::steady_clock::now();
    auto const error = error_of(
        [](ServerConnection& connection) {
            connection.handshake();
            connection.read_request();
            connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
            while (connection.write("x") && !connection.client_left_within(20ms)) {
            }
        },
        200ms);
    CHECK(error.category() == ErrorCategory::network);
    CHECK(std::chrono::steady_clock::now() - start < 5s);
}

TEST_CASE("a server that does not take the request is given up at the deadline")
{
    Site const site;
    TlsServer const server{site.certificate, [](ServerConnection& connection) {
                               connection.handshake();
                               connection.stall_unread();
                           }};
    auto request = get(server.url());
    request.method = "POST";
    request.body.assign(64u << 20, 'x');
    auto const error = fetch_error(site.settings(300ms), request);
    CHECK(std::string{error.what()}.find("did not take the request within 300 ms") != std::string::npos);
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
        auto endpoints = look_up_addresses("::1", port);
        endpoints.push_back(look_up_addresses("127.0.0.1", port).front());
        return endpoints;
    };
    auto const url = "https://localhost:" + std::to_string(server.port()) + "/";
    CHECK(fetch(site.settings(), get(url), look_up).body == "ok");
}

TEST_CASE("an address that swallows everything leaves time for the next one")
{
    Site const site;
    BlackHole const hole;
    TlsServer const server{site.certificate, answer(ok)};
    auto const look_up = [&](std::string const&, std::string const& port) {
        auto endpoints = look_up_addresses("127.0.0.1", std::to_string(hole.port()));
        endpoints.push_back(look_up_addresses("127.0.0.1", port).front());
        return endpoints;
    };
    CHECK(fetch(site.settings(1s), get(server.url()), look_up).body == "ok");
    auto const only_hole = get("https://127.0.0.1:" + std::to_string(hole.port()) + "/");
    auto const error = fetch_error(site.settings(80ms), only_hole);
    CHECK(std::string{error.what()}.starts_with("no connection to 127.0.0.1:"));
}

TEST_CASE("the look-up counts against the connect timeout")
{
    Site const site;
    std::promise<void> released;
    auto const future = released.get_future().share();
    auto const look_up = [future](std::string const&, std::string const&) {
        future.wait();
        return Endpoints{};
    };
    auto const error = fetch_error(site.settings(80ms), get("https://host.example/"), look_up);
    CHECK(std::string{error.what()} == "cannot look up host.example: no answer in time");
    released.set_value();
}

TEST_CASE("a request is cancelled at once in every phase")
{
    using Reached = std::function<void()>;
    using Script = std::function<void(ServerConnection&, Reached const&)>;
    for (Script const &script : {
             Script{[](ServerConnection&, Reached const&reached) { reached(); }}, // the handshake
             Script{[](ServerConnection&connection, Reached const&reached) {      // the head of the answer
                 connection.handshake();
                 connection.read_request();
                 reached();
             }},
             Script{[](ServerConnection&connection, Reached const&reached) { // its body
                 connection.handshake();
                 connection.read_request();
                 connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok");
                 reached();
             }},
             Script{[](ServerConnection&connection, Reached const&reached) { // the request
                 connection.handshake();
                 reached();
                 connection.stall_unread();
             }},
         }) {
        Site const site;
        asio::io_context io;
        asio::cancellation_signal signal;
        auto const cancel = [&] { asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); }); };
        TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                                   script(connection, cancel);
                                   connection.stall();
                               }};
        HttpsTransport transport{io.get_executor(), site.settings()};
        auto request = get(server.url());
        request.body.assign(64u << 20, 'x');
        try {
            run_coroutine(io, transport.send(request), signal);
            FAIL("answered");
        } catch (boost::system::system_error const& error) {
            CHECK(error.code() == asio::error::operation_aborted);
        }
    }
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
