#include "daemon/fault/error.h"
#include "daemon/net/http_listener.h"
#include "tests/support/freed_memory.h"
#include "tests/support/tcp_client.h"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <exception>
#include <thread>
#include <vector>

namespace usaged::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
using Client = TcpClient;

/// A listener at work in a thread of its own, which repeats what it is asked.
class Site {
public:
    Site()
    {
        auto const keep = [this](std::exception_ptr const& thrown) { thrown_ = thrown; };
        asio::co_spawn(io_, listener_.serve([this](ListenerRequest const& request) { return answer(request); }),
                       asio::bind_cancellation_slot(stop_.slot(), keep));
        thread_ = std::thread{[this] { io_.run(); }};
    }
    Site(Site const&) = delete;
    Site& operator=(Site const&) = delete;
    ~Site()
    {
        if (thread_.joinable()) static_cast<void>(stop());
    }

    /// Cancels it, and what it ended with once every connection has ended.
    std::exception_ptr stop()
    {
        asio::post(io_, [this] { stop_.emit(asio::cancellation_type::terminal); });
        return wait();
    }

    std::exception_ptr wait()
    {
        thread_.join();
        return thrown_;
    }

    std::uint16_t port() const { return listener_.port(); }
    int asked() const { return asked_; }

private:
    ListenerReply answer(ListenerRequest const& request)
    {
        ++asked_;
        if (request.target == "/bug") throw std::logic_error{"a bug"};
        ListenerReply reply;
        reply.status = request.target == "/none" ? 404 : 200;
        reply.body = request.method + " " + request.target + " of " + request.host;
        return reply;
    }

    asio::io_context io_;
    HttpListener listener_{io_.get_executor(), 0};
    asio::cancellation_signal stop_;
    std::exception_ptr thrown_;
    int asked_ = 0;
    std::thread thread_;
};

std::string const some_request = "GET / HTTP/1.1\r\n\r\n";

/// A listener that is at work only while a test lets it.
class SteppedSite {
public:
    explicit SteppedSite(HttpListener::Handler handler, std::chrono::milliseconds limit = HttpListener::request_limit)
        : listener_{io_.get_executor(), 0, limit}
    {
        auto const end = [this](std::exception_ptr const& /*thrown*/) { ended_ = true; };
        asio::co_spawn(io_, listener_.serve(std::move(handler)), asio::bind_cancellation_slot(stop_.slot(), end));
        work();
    }

    /// All that can be done without waiting.
    void work()
    {
        while (io_.poll() > 0) {
        }
    }

    void work_for(std::chrono::milliseconds time) { io_.run_for(time); }

    void stop() { stop_.emit(asio::cancellation_type::terminal); }
    bool ended() const { return ended_; }
    std::uint16_t port() const { return listener_.port(); }

private:
    asio::io_context io_;
    HttpListener listener_;
    asio::cancellation_signal stop_;
    bool ended_ = false;
};

bool has_ipv6_loopback()
{
    asio::io_context io;
    boost::system::error_code error;
    tcp::acceptor acceptor{io, tcp::v6()};
    acceptor.bind(tcp::endpoint{asio::ip::address_v6::loopback(), 0}, error);
    return !error;
}

std::string body_of(std::string const& answer)
{
    return answer.substr(answer.find("\r\n\r\n") + 4);
}

} // namespace

TEST_CASE("a request gets the handler's answer, and then the connection is closed")
{
    Site site;
    auto const answer = ask(site.port(), "GET /a?b=c HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(body_of(answer) == "GET /a?b=c of localhost:1");
    for (auto const* header : {"Cache-Control: no-store\r\n", "Connection: close\r\n",
                               "Content-Type: text/plain; charset=utf-8\r\n", "Content-Length: 25\r\n"})
        CHECK_MESSAGE(answer.find(header) != std::string::npos, header);
    CHECK(ask(site.port(), "GET /none HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 404 Not Found\r\n"));
}

TEST_CASE("a HEAD request gets the head alone")
{
    Site site;
    auto const answer = ask(site.port(), "HEAD / HTTP/1.1\r\nHost: x\r\n\r\n");
    CHECK(answer.find("Content-Length: 11\r\n") != std::string::npos);
    CHECK(body_of(answer).empty());
}

TEST_CASE("both loopback addresses are listened at" * doctest::skip(!has_ipv6_loopback()) *
          doctest::description("skipped where the machine has no ::1"))
{
    Site const site;
    Client client{site.port(), "::1"};
    client.send("GET / HTTP/1.1\r\n\r\n");
    CHECK(client.read().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("requests that no handler gets to see")
{
    Site site;
    for (auto const& bytes :
         {std::string{"hello\r\n\r\n"}, std::string{"\x16\x03\x01"} + std::string(60, 'x') + "\r\n\r\n",
          "GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\n\r\n",
          "GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n"}) {
        CAPTURE(bytes.substr(0, 20));
        CHECK(ask(site.port(), bytes).empty());
    }
    CHECK(ask(site.port(), "POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\nx").starts_with("HTTP/1.1 413 "));
    CHECK(ask(site.port(), "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
              .starts_with("HTTP/1.1 413 "));
    CHECK(site.asked() == 0);
}

TEST_CASE("a silent connection does not keep others waiting")
{
    Site const site;
    Client const silent{site.port()};
    Client half{site.port()};
    half.send("GET / HTT");
    CHECK(ask(site.port(), "GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("many clients at a time are all answered")
{
    Site const site;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 40; ++i) clients.push_back(std::make_unique<Client>(site.port()));
    for (auto const& client : clients) client->send("GET / HTTP/1.1\r\n\r\n");
    for (auto const& client : clients) CHECK(client->read().starts_with("HTTP/1.1 200 OK\r\n"));
}

TEST_CASE("hundreds of silent clients keep nobody from being answered, and take no more than 64 connections")
{
    SteppedSite site{[](ListenerRequest const&) { return ListenerReply{}; }};
    std::vector<std::unique_ptr<Client>> silent;
    for (int i = 0; i < 300; ++i) {
        silent.push_back(std::make_unique<Client>(site.port()));
        if (i % 2 == 0) silent.back()->send("GET / HTT");
        site.work();
    }
    Client client{site.port()};
    client.send(some_request);
    site.work();
    CHECK(client.read().starts_with("HTTP/1.1 200 OK\r\n"));
    auto const closed = std::count_if(silent.begin(), silent.end(), [](auto const& each) { return each->closed(); });
    CHECK(closed == 300 - 63); // the newest of them, and the client's is closed by now
}

TEST_CASE("a client that takes too long for its request is let go, however often it sends a little")
{
    SteppedSite site{[](ListenerRequest const&) { return ListenerReply{}; }, 50ms};
    Client client{site.port()};
    for (int i = 0; i < 20 && !client.closed(); ++i) {
        client.send(".");
        site.work_for(10ms);
    }
    CHECK(client.closed());
}

TEST_CASE("no copy of what was asked for is left in memory")
{
    auto const mark = "/?code=MARK-" + std::string(2000, 'x');
    std::string seen;
    SteppedSite site{[&seen](ListenerRequest const& request) {
        seen = request.target;
        return ListenerReply{};
    }};
    auto const bytes = "GET " + mark + " HTTP/1.1\r\nReferer: " + mark + "\r\n\r\n";
    auto const begin = bytes.substr(0, 1000);
    auto const rest = bytes.substr(1000); // the buffer has to grow for it
    FreedMemory const freed{mark};
    Client client{site.port()};
    client.send(begin);
    site.work();
    client.send(rest);
    site.work();
    CHECK(seen == mark);
    CHECK(client.closed());
    CHECK(freed.found() == 0);
}

TEST_CASE("nothing of a reply is told to anybody once the listener has ended")
{
    std::unique_ptr<SteppedSite> site;
    int told = 0;
    site = std::make_unique<SteppedSite>([&](ListenerRequest const&) {
        site->stop();
        ListenerReply reply;
        reply.sent = [&] { told += site->ended() ? 1 : 0; };
        return reply;
    });
    Client client{site->port()};
    client.send(some_request);
    site->work();
    CHECK(site->ended());
    CHECK(told == 0);
}

TEST_CASE("a stop ends the listener and the connections that wait")
{
    Site site;
    auto const port = site.port();
    Client silent{port};
    ask(port, "GET / HTTP/1.1\r\n\r\n");
    auto const thrown = site.stop();
    REQUIRE(thrown);
    CHECK_THROWS_AS(std::rethrow_exception(thrown), boost::system::system_error);
    CHECK(silent.read().empty());
    CHECK_THROWS_AS(Client{port}, std::system_error);
}

TEST_CASE("an exception of the handler ends the listener")
{
    Site site;
    ask(site.port(), "GET /bug HTTP/1.1\r\n\r\n");
    auto const thrown = site.wait();
    REQUIRE(thrown);
    CHECK_THROWS_AS(std::rethrow_exception(thrown), std::logic_error);
}

TEST_CASE("a listener that is taken down with its context leaves nothing behind")
{
    asio::io_context io;
    HttpListener listener{io.get_executor(), 0};
    asio::co_spawn(io, listener.serve([](ListenerRequest const&) { return ListenerReply{}; }),
                   [](std::exception_ptr const&) {});
    io.poll();
    Client const silent{listener.port()};
    CHECK(io.poll() > 0);
}

TEST_CASE("one address is listened at, and no other")
{
    auto const other = [](std::uint16_t port) { Client const client{port, "127.0.0.2"}; };
    asio::io_context io;
    HttpListener const any{io.get_executor(), 0};
    CHECK_THROWS_AS(other(any.port()), std::system_error);
    ListenAddress const address{"127.0.0.2", any.port()}; // free there, and not on 127.0.0.1
    HttpListener const listener{io.get_executor(), address};
    CHECK(listener.port() == any.port());
    CHECK_NOTHROW(other(listener.port()));
}

TEST_CASE("an address that cannot be had is a fault of the configuration, with what to do")
{
    asio::io_context io;
    HttpListener const first{io.get_executor(), 0};
    auto const refusal = [&io](ListenAddress const& address) {
        try {
            HttpListener const second{io.get_executor(), address};
            return Error{ErrorCategory::data, "none"};
        } catch (Error const& error) {
            return error;
        }
    };
    auto const taken = refusal({"127.0.0.1", first.port()});
    CHECK(taken.category() == ErrorCategory::config);
    CHECK(std::string{taken.what()} ==
          "cannot listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
    CHECK(taken.remedy().starts_with("Choose another port"));
    auto const foreign = refusal({"192.0.2.1", 9815}); // reserved for documentation: nobody has it
    CHECK(foreign.category() == ErrorCategory::config);
    CHECK(foreign.remedy().starts_with("Choose an address of this computer"));
    CHECK(refusal({"localhost", first.port()}).category() == ErrorCategory::config);
}

TEST_CASE("a port that is taken is a fault of the configuration")
{
    asio::io_context io;
    HttpListener const first{io.get_executor(), 0};
    try {
        HttpListener const second{io.get_executor(), first.port()};
        FAIL("two listeners on one port");
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::config);
        CHECK(std::string{error.what()}.find(std::to_string(first.port())) != std::string::npos);
    }
}

} // namespace usaged::test
