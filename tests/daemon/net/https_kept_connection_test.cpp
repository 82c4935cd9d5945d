#include "tests/daemon/net/site.h"

#include <atomic>
#include <functional>
#include <future>
#include <stdexcept>

namespace usaged::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

Error failure(std::function<void()> const& action)
{
    try {
        action();
    } catch (Error const& error) {
        return error;
    }
    throw std::logic_error{"the request did not fail"};
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

TEST_CASE("a request that a server on a kept connection had time to work on is not sent again")
{
    auto const reset_it = [](ServerConnection& connection) { connection.reset(); };
    for (auto const end : {close_notify, +reset_it, +[](ServerConnection&) {}}) {
        Site const site;
        std::atomic<int> requests = 0;
        TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                                   connection.handshake();
                                   while (!connection.read_request().empty()) {
                                       if (++requests == 2) return end(connection);
                                       connection.write(ok);
                                   }
                               }};
        auto settings = site.settings();
        settings.idle_end_limit = 0ms; // every answer comes too late to be the end of an idle connection
        asio::io_context io;
        HttpsTransport transport{io.get_executor(), settings};
        auto const request = get(server.url());
        CHECK(run_coroutine(io, transport.send(request)).body == "ok");
        auto const error = failure([&] { run_coroutine(io, transport.send(request)); });
        CHECK(error.category() == ErrorCategory::network);
        CHECK(requests == 2);
    }
}

TEST_CASE("nothing is sent on a kept connection that ended, or on which something arrived, while it was idle")
{
    auto const time_out = [](ServerConnection& connection) {
        connection.write("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\n\r\n");
    };
    for (auto const end : {+[](ServerConnection& connection) { connection.end_writing(); }, +time_out}) {
        Site const site;
        std::promise<void> ended;
        std::promise<std::string> after_it;
        std::atomic<int> connections = 0;
        TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                                   connection.handshake();
                                   connection.read_request();
                                   connection.write(ok);
                                   if (++connections > 1) return;
                                   end(connection);
                                   ended.set_value();
                                   after_it.set_value(connection.read_request());
                               }};
        asio::io_context io;
        HttpsTransport transport{io.get_executor(), site.settings()};
        auto const request = get(server.url());
        CHECK(run_coroutine(io, transport.send(request)).body == "ok");
        ended.get_future().wait();
        CHECK(run_coroutine(io, transport.send(request)).body == "ok");
        CHECK(after_it.get_future().get().empty());
        CHECK(connections == 2);
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

} // namespace
} // namespace usaged::test
