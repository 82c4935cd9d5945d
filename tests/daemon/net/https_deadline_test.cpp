#include "tests/daemon/net/site.h"

#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/system/system_error.hpp>

#include <array>
#include <functional>
#include <future>

namespace usaged::test {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// A port where connections are neither accepted nor refused: its queue is full.
class BlackHole {
public:
    BlackHole()
    {
        acceptor_.listen(0);
        // Begun and never looked at again; io_ does not run.
        for (auto& client : clients_)
            client.async_connect(acceptor_.local_endpoint(), [](boost::system::error_code const&) {});
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    using tcp = asio::ip::tcp;

    asio::io_context io_;
    tcp::acceptor acceptor_{io_, tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
    std::array<tcp::socket, 8> clients_{tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_},
                                        tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_}, tcp::socket{io_}};
};

/// More than fits into the buffers on the way.
HttpRequest large_request(std::string url)
{
    auto request = get(std::move(url));
    request.method = "POST";
    request.body.assign(64u << 20, 'x');
    return request;
}

/// The error of a request whose server follows `script`; everything but those two may take its time.
Error error_within(std::chrono::milliseconds connect, std::chrono::milliseconds response, TlsServer::Script script)
{
    Site const site;
    auto settings = site.settings();
    settings.connect_timeout = connect;
    settings.response_timeout = response;
    TlsServer const server{site.certificate, std::move(script)};
    return fetch_error(settings, get(server.url()));
}

TEST_CASE("a server that stalls is given up at the deadline, wherever it stalls")
{
    struct Case {
        std::string step;
        std::chrono::milliseconds connect;
        std::chrono::milliseconds response;
        TlsServer::Script script;
    };
    for (auto const& stalled : {
             Case{"no TLS handshake", 80ms, 30s, stall},
             Case{"no complete answer", 30s, 80ms, answer("", stall)},
             Case{"no complete answer", 30s, 80ms, answer("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200", stall)},
             Case{"no complete answer", 30s, 80ms, answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok", stall)},
         }) {
        auto const error = error_within(stalled.connect, stalled.response, stalled.script);
        CAPTURE(std::string{error.what()});
        CHECK(error.category() == ErrorCategory::network);
        CHECK(std::string{error.what()}.starts_with(stalled.step));
        CHECK(std::string{error.what()}.ends_with("within 80 ms"));
        CHECK_FALSE(error.remedy().empty());
    }
}

TEST_CASE("a request may have less time than the others, from connect to answer")
{
    Site const site;
    for (auto const& script :
         {TlsServer::Script{stall}, answer("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n", stall)}) {
        TlsServer const server{site.certificate, script};
        auto request = get(server.url());
        request.timeout = 80ms;
        auto const start = std::chrono::steady_clock::now();
        auto const error = fetch_error(site.settings(30s), request);
        CHECK(error.category() == ErrorCategory::network);
        CHECK(std::string{error.what()}.ends_with("within 80 ms"));
        CHECK(std::chrono::steady_clock::now() - start < 5s);
    }
    TlsServer const quick{site.certificate, answer(ok)};
    auto request = get(quick.url());
    request.timeout = 20s;
    CHECK(fetch(site.settings(), request).body == "ok");
}

TEST_CASE("bytes that trickle in do not move the deadline")
{
    auto const start = std::chrono::steady_clock::now();
    auto const error = error_within(30s, 200ms, [](ServerConnection& connection) {
        connection.handshake();
        connection.read_request();
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while (connection.write("x") && !connection.client_left_within(20ms)) {
        }
    });
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
    auto settings = site.settings();
    settings.response_timeout = 300ms;
    auto const error = fetch_error(settings, large_request(server.url()));
    CHECK(std::string{error.what()}.find("did not take the request within 300 ms") != std::string::npos);
}

TEST_CASE("an address that swallows everything leaves time for the next one")
{
    Site const site;
    BlackHole const hole;
    TlsServer const server{site.certificate, answer(ok)};
    auto const look_up = [&](std::string const&, std::string const& port) {
        auto found = look_up_addresses("127.0.0.1", std::to_string(hole.port()));
        found.endpoints.push_back(look_up_addresses("127.0.0.1", port).endpoints.front());
        return found;
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
        return LookUpResult{};
    };
    auto const error = fetch_error(site.settings(80ms), get("https://host.example/"), look_up);
    CHECK(std::string{error.what()} == "cannot look up host.example: no answer in time");
    released.set_value();
}

/// What a server does until it has `reached` the point of a test.
using Approach = std::function<void(ServerConnection&, std::function<void()> const& reached)>;

/// Cancels a request when the server has reached that point; what it ends in.
boost::system::error_code cancelled_at(Approach const& approach)
{
    Site const site;
    asio::io_context io;
    asio::cancellation_signal signal;
    auto const cancel = [&] { asio::post(io, [&] { signal.emit(asio::cancellation_type::terminal); }); };
    TlsServer const server{site.certificate, [&](ServerConnection& connection) {
                               approach(connection, cancel);
                               connection.stall_unread();
                           }};
    HttpsTransport transport{io.get_executor(), site.settings()};
    auto const request = large_request(server.url());
    try {
        run_coroutine(io, transport.send(request), signal);
    } catch (boost::system::system_error const& error) {
        return error.code();
    }
    return {};
}

TEST_CASE("a request is cancelled at once during the handshake")
{
    CHECK(cancelled_at([](ServerConnection&, auto& reached) { reached(); }) == asio::error::operation_aborted);
}

TEST_CASE("a request is cancelled at once while it is sent")
{
    auto const error = cancelled_at([](ServerConnection& connection, auto& reached) {
        connection.handshake();
        reached();
    });
    CHECK(error == asio::error::operation_aborted);
}

TEST_CASE("a request is cancelled at once while its answer is awaited, and while it arrives")
{
    for (std::string const start : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok"}) {
        CAPTURE(start);
        auto const error = cancelled_at([&](ServerConnection& connection, auto& reached) {
            connection.handshake();
            connection.read_request();
            connection.write(start);
            reached();
        });
        CHECK(error == asio::error::operation_aborted);
    }
}

TEST_CASE("a request is cancelled at once while it connects")
{
    Site const site;
    BlackHole const hole;
    asio::io_context io;
    asio::cancellation_signal signal;
    HttpsTransport transport{io.get_executor(), site.settings()};
    auto const request = get("https://127.0.0.1:" + std::to_string(hole.port()) + "/");
    asio::steady_timer timer{io, 50ms}; // by then the look-up of an address is long done
    timer.async_wait([&](boost::system::error_code const&) { signal.emit(asio::cancellation_type::terminal); });
    CHECK_THROWS_AS(run_coroutine(io, transport.send(request), signal), boost::system::system_error);
}

} // namespace
} // namespace usaged::test
