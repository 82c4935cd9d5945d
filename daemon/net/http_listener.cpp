#include "daemon/net/http_listener.h"

#include "daemon/fault/error.h"
#include "daemon/net/wiping_allocator.h"
#include "daemon/secret/secret.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

#include <chrono>
#include <exception>
#include <list>

namespace usaged {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::uint32_t largest_head = 16 * 1024;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

using Response = http::response<http::string_body>;
using Buffer = beast::basic_flat_buffer<WipingAllocator<char>>;
using RequestParser = http::request_parser<http::empty_body, WipingAllocator<char>>;

Error cannot_listen(std::uint16_t port, error_code const& error)
{
    return Error{ErrorCategory::config,
                 "cannot listen on port " + std::to_string(port) + " of this computer: " + error.message(),
                 "Choose another port, or stop the program that uses this one (`ss -ltnp` shows which it is)."};
}

Error cannot_listen(ListenAddress const& address, error_code const& error)
{
    auto const* remedy = "Choose an address of this computer (`ip address` lists them).";
    if (error == asio::error::address_in_use)
        remedy = "Choose another port, or stop the program that uses this one (`ss -ltnp` shows which).";
    else if (error == asio::error::access_denied)
        remedy = "Choose a port from 1024 on: lower ones are for root.";
    return Error{ErrorCategory::config, "cannot listen on " + to_string(address) + ": " + error.message(), remedy};
}

/// Listens on `address`, or says what keeps it from that.
error_code open(tcp::acceptor& acceptor, asio::ip::address const& address, std::uint16_t port)
{
    tcp::endpoint const endpoint{address, port};
    error_code error;
    acceptor.open(endpoint.protocol(), error);
    if (!error) acceptor.set_option(tcp::acceptor::reuse_address{true}, error);
    if (!error && address.is_v6()) acceptor.set_option(asio::ip::v6_only{true}, error);
    if (!error) acceptor.bind(endpoint, error);
    if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
    return error;
}

bool has_body(RequestParser const& parser)
{
    return parser.chunked() || parser.content_length().value_or(0) > 0;
}

Response to_response(ListenerReply const& reply, bool with_body)
{
    Response response;
    response.result(static_cast<unsigned>(reply.status));
    response.set(http::field::content_type, reply.content_type);
    response.set(http::field::cache_control, "no-store");
    response.set("Referrer-Policy", "no-referrer");
    response.set("X-Content-Type-Options", "nosniff");
    response.set("Content-Security-Policy", "default-src 'none'");
    response.set(http::field::connection, "close");
    response.content_length(reply.body.size());
    if (with_body) response.body() = reply.body;
    return response;
}

ListenerReply no_bodies()
{
    ListenerReply reply;
    reply.status = 413;
    reply.body = "a request has no body here\n";
    return reply;
}

ListenerRequest to_request(RequestParser::value_type const& request)
{
    return ListenerRequest{std::string{request.method_string()}, std::string{request.target()},
                           std::string{request[http::field::host]}};
}

} // namespace

class HttpListener::Impl : public std::enable_shared_from_this<Impl> {
public:
    Impl(asio::any_io_executor const& executor, std::uint16_t port, std::chrono::milliseconds limit)
        : Impl{executor, limit}
    {
        // A free port of one address may be taken on the other.
        constexpr int tries = 10;
        for (int i = 1; !listen(port, i == tries || port != 0); ++i) {
        }
    }

    Impl(asio::any_io_executor const& executor, ListenAddress const& address, std::chrono::milliseconds limit)
        : Impl{executor, limit}
    {
        if (auto const error = open(first_, asio::ip::make_address(address.host), address.port))
            throw cannot_listen(address, error);
    }

    std::uint16_t port() const { return first_.local_endpoint().port(); }

    asio::awaitable<void> serve(Handler handler)
    {
        handler_ = std::move(handler);
        Stop const stop{*this};
        for (auto* const acceptor : {&first_, &second_})
            if (acceptor->is_open()) spawn(accept(shared_from_this(), *acceptor));
        auto const [error] = co_await end_.async_wait(as_result);
        if (failure_) std::rethrow_exception(failure_);
        throw boost::system::system_error{error};
    }

private:
    Impl(asio::any_io_executor const& executor, std::chrono::milliseconds limit)
        : executor_{executor}, limit_{limit}, first_{executor}, second_{executor},
          end_{executor, asio::steady_timer::time_point::max()}
    {
    }

    /// Ends the connections when serve() ends. They have no cancellation signals, which nobody may emit any more when
    /// the executor's context is taken down. What they were told to call may be gone by the time that they notice.
    struct Stop {
        explicit Stop(Impl& listener) : impl{listener} {}
        Stop(Stop const&) = delete;
        Stop& operator=(Stop const&) = delete;
        ~Stop()
        {
            error_code ignored;
            impl.stopped_ = true;
            impl.handler_ = nullptr;
            impl.first_.close(ignored);
            impl.second_.close(ignored);
            for (auto* const stream : impl.open_) stream->close();
        }
        Impl& impl;
    };

    /// Whether it listens on both loopback addresses. False, with nothing open, if another port may do better.
    bool listen(std::uint16_t port, bool last_try)
    {
        error_code ignored;
        if (auto const error = open(first_, asio::ip::address_v4::loopback(), port)) throw cannot_listen(port, error);
        auto const error = open(second_, asio::ip::address_v6::loopback(), first_.local_endpoint().port());
        if (!error) return true;
        second_.close(ignored);
        bool const taken = error == asio::error::address_in_use;
        if (!taken) return true; // a machine without IPv6
        if (last_try) throw cannot_listen(first_.local_endpoint().port(), error);
        first_.close(ignored);
        return false;
    }

    void spawn(asio::awaitable<void> work)
    {
        auto const keep_failure = [self = shared_from_this()](std::exception_ptr const& thrown) {
            if (!thrown) return;
            self->failure_ = thrown;
            self->end_.cancel();
        };
        asio::co_spawn(executor_, std::move(work), keep_failure);
    }

    /// `self` keeps what the coroutine uses.
    static asio::awaitable<void> accept(std::shared_ptr<Impl> self, tcp::acceptor& acceptor)
    {
        while (acceptor.is_open()) {
            auto [error, socket] = co_await acceptor.async_accept(as_result);
            if (!acceptor.is_open()) co_return;
            if (error)
                co_await self->pause(); // such as no file descriptor being left
            else
                self->take(std::move(socket));
        }
    }

    void take(tcp::socket socket)
    {
        if (open_.size() >= most_connections) open_.front()->close();
        spawn(answer(shared_from_this(), std::move(socket)));
    }

    asio::awaitable<void> pause()
    {
        asio::steady_timer timer{executor_, std::chrono::milliseconds{100}};
        co_await timer.async_wait(as_result);
    }

    /// A connection, oldest first, that can be closed from outside.
    struct Open {
        Open(Impl& listener, beast::tcp_stream& stream)
            : impl{listener}, place{impl.open_.insert(impl.open_.end(), &stream)}
        {
        }
        Open(Open const&) = delete;
        Open& operator=(Open const&) = delete;
        ~Open() { impl.open_.erase(place); }
        Impl& impl;
        std::list<beast::tcp_stream*>::iterator place;
    };

    /// A client that does not speak HTTP gets no answer.
    static asio::awaitable<void> answer(std::shared_ptr<Impl> self, tcp::socket socket)
    {
        beast::tcp_stream stream{std::move(socket)};
        Open const open{*self, stream};
        stream.expires_after(self->limit_);
        Buffer buffer;
        RequestParser parser;
        parser.header_limit(largest_head);
        auto const [read_error, read] = co_await http::async_read_header(stream, buffer, parser, as_result);
        if (read_error || self->stopped_) co_return;
        auto const reply = self->reply_to(parser);
        auto const response = to_response(reply, parser.get().method() != http::verb::head);
        auto const [write_error, written] = co_await http::async_write(stream, response, as_result);
        if (self->stopped_) co_return;
        error_code ignored;
        if (!write_error) stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
        if (reply.sent) reply.sent();
    }

    ListenerReply reply_to(RequestParser const& parser) const
    {
        if (has_body(parser)) return no_bodies();
        auto request = to_request(parser.get());
        WipeAtEnd const wiped{request.target};
        return handler_(request);
    }

    asio::any_io_executor executor_;
    std::chrono::milliseconds limit_;
    tcp::acceptor first_;
    tcp::acceptor second_;   ///< of ::1, where that is listened at too
    asio::steady_timer end_; ///< never ends by itself
    Handler handler_;
    bool stopped_ = false;               ///< serve() has ended
    std::list<beast::tcp_stream*> open_; ///< in the order of their arrival
    std::exception_ptr failure_;
};

HttpListener::HttpListener(asio::any_io_executor const& executor, std::uint16_t port, std::chrono::milliseconds limit)
    : impl_{std::make_shared<Impl>(executor, port, limit)}
{
}

HttpListener::HttpListener(asio::any_io_executor const& executor, ListenAddress const& address,
                           std::chrono::milliseconds limit)
    : impl_{address.host == "localhost" ? std::make_shared<Impl>(executor, address.port, limit)
                                        : std::make_shared<Impl>(executor, address, limit)}
{
}

HttpListener::~HttpListener() = default;

std::uint16_t HttpListener::port() const
{
    return impl_->port();
}

asio::awaitable<void> HttpListener::serve(Handler handler)
{
    auto const impl = impl_;
    co_await impl->serve(std::move(handler));
}

} // namespace usaged
