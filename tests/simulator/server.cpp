#include "tests/simulator/server.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>

#include <array>
#include <exception>
#include <optional>
#include <thread>

namespace usaged::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;
using TlsStream = asio::ssl::stream<tcp::socket>;
using Parser = http::request_parser<http::string_body>;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

/// A bug of the simulator must not look like a fault of the client: it ends the thread, and with it the test program.
void rethrow(std::exception_ptr const& error)
{
    if (error) std::rethrow_exception(error);
}

asio::ssl::context make_context(KeyedCertificate const& certificate)
{
    asio::ssl::context context{asio::ssl::context::tls_server};
    SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
    context.use_certificate_chain(asio::buffer(certificate.certificate_pem));
    context.use_private_key(asio::buffer(certificate.key_pem), asio::ssl::context::pem);
    return context;
}

Request to_request(http::request<http::string_body> const& message, std::size_t connection)
{
    Request request;
    request.method = std::string{message.method_string()};
    request.target = std::string{message.target()};
    for (auto const& field : message)
        request.headers.push_back({std::string{field.name_string()}, std::string{field.value()}});
    request.body = message.body();
    request.connection = connection;
    request.keep_alive = message.keep_alive();
    return request;
}

void reset(tcp::socket& socket)
{
    error_code ignored;
    socket.set_option(asio::socket_base::linger{true, 0}, ignored);
    socket.close(ignored);
}

/// Reads what comes until the other side is gone.
asio::awaitable<void> drain(tcp::socket& socket)
{
    std::array<char, 1024> storage{};
    auto const buffer = asio::buffer(storage);
    for (;;) {
        auto const [error, size] = co_await socket.async_read_some(buffer, as_result);
        if (error) co_return;
    }
}

asio::awaitable<bool> write(TlsStream& stream, std::string const& bytes)
{
    auto const buffer = asio::buffer(bytes);
    auto const [error, size] = co_await asio::async_write(stream, buffer, as_result);
    co_return !error;
}

asio::awaitable<bool> write_byte_by_byte(TlsStream& stream, std::string const& bytes, std::chrono::milliseconds tick)
{
    asio::steady_timer timer{stream.get_executor()};
    for (auto const byte : bytes) {
        std::string const one(1, byte);
        auto const written = co_await write(stream, one);
        if (!written) co_return false;
        timer.expires_after(tick);
        co_await timer.async_wait(asio::use_awaitable);
    }
    co_return true;
}

asio::awaitable<void> end(TlsStream& stream, Ending ending)
{
    auto& socket = stream.next_layer();
    error_code ignored;
    switch (ending) {
    case Ending::keep_alive:
        break;
    case Ending::close_notify:
        co_await stream.async_shutdown(as_result);
        break;
    case Ending::close:
        socket.close(ignored);
        break;
    case Ending::reset:
        reset(socket);
        break;
    case Ending::stall:
        co_await drain(socket);
        break;
    }
}

/// Does what the fault says; true if there was none.
asio::awaitable<bool> pass(tcp::socket& socket, ConnectionFault fault)
{
    std::string const text = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    auto const buffer = asio::buffer(text);
    switch (fault) {
    case ConnectionFault::none:
        co_return true;
    case ConnectionFault::close:
        break;
    case ConnectionFault::reset:
        reset(socket);
        break;
    case ConnectionFault::stall:
        co_await drain(socket);
        break;
    case ConnectionFault::plain_text:
        co_await asio::async_write(socket, buffer, as_result);
        co_await drain(socket);
        break;
    }
    co_return false;
}

} // namespace

class Server::Impl {
public:
    Impl(KeyedCertificate const& certificate, std::uint16_t port, ServerHandler handler)
        : handler_{std::move(handler)}, context_{make_context(certificate)},
          acceptor_{io_, tcp::endpoint{asio::ip::address_v4::loopback(), port}}
    {
        asio::co_spawn(io_, accept(), rethrow);
        thread_ = std::thread{[this] { io_.run(); }};
    }

    ~Impl()
    {
        io_.stop();
        thread_.join();
    }

    std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

private:
    asio::awaitable<void> accept()
    {
        for (;;) {
            auto socket = co_await acceptor_.async_accept(asio::use_awaitable);
            error_code ignored;
            socket.set_option(tcp::no_delay{true}, ignored);
            asio::co_spawn(io_, serve(std::move(socket)), rethrow);
        }
    }

    asio::awaitable<void> serve(tcp::socket socket)
    {
        auto const accepted = handler_.connection();
        auto const passed = co_await pass(socket, accepted.fault);
        if (!passed) co_return;
        TlsStream stream{std::move(socket), context_};
        auto const [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, as_result);
        if (error) co_return;
        boost::beast::flat_buffer buffer;
        auto another = true;
        while (another) another = co_await serve_request(stream, buffer, accepted.number);
    }

    /// Whether the connection is ready for the next request.
    asio::awaitable<bool> serve_request(TlsStream& stream, boost::beast::flat_buffer& buffer, std::size_t connection)
    {
        Parser parser;
        auto const [error, size] = co_await http::async_read(stream, buffer, parser, as_result);
        if (error) co_return false;
        auto const request = to_request(parser.get(), connection);
        auto const reply = handler_.request(request);
        auto sent = false;
        if (reply.tick.count() > 0)
            sent = co_await write_byte_by_byte(stream, reply.bytes, reply.tick);
        else
            sent = co_await write(stream, reply.bytes);
        if (!sent) co_return false;
        co_await end(stream, reply.ending);
        co_return reply.ending == Ending::keep_alive;
    }

    ServerHandler handler_;
    asio::ssl::context context_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    std::thread thread_;
};

Server::Server(KeyedCertificate const& certificate, std::uint16_t port, ServerHandler handler)
    : impl_{std::make_unique<Impl>(certificate, port, std::move(handler))}
{
}

Server::~Server() = default;

std::uint16_t Server::port() const
{
    return impl_->port();
}

} // namespace usaged::test
