#include "daemon/net/connection.h"

#include "daemon/fault/error.h"
#include "daemon/net/response_parser.h"
#include "daemon/net/tls_client.h"
#include "daemon/net/tunnel.h"
#include "daemon/net/wiped_text.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include <algorithm>
#include <cerrno>
#include <sys/socket.h>
#include <utility>

namespace usaged {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
namespace {

constexpr std::size_t read_size = 64u << 10;

std::string in_words(std::chrono::milliseconds duration)
{
    auto const count = duration.count();
    return count % 1000 == 0 ? std::to_string(count / 1000) + " s" : std::to_string(count) + " ms";
}

Error network_error(std::string const& what)
{
    return Error{ErrorCategory::network, what, "check the network, a firewall or proxy on the way, and the service"};
}

/// A stop is no fault: it goes on as it came.
void throw_if_cancelled(error_code const& error)
{
    if (error == asio::error::operation_aborted) throw boost::system::system_error{error};
}

/// What writing and reading come to on a connection that the other side has closed.
bool is_end(error_code const& error)
{
    return error == asio::error::eof || error == ssl::error::stream_truncated ||
           error == asio::error::connection_reset || error == asio::error::broken_pipe;
}

} // namespace

class Connection::Impl {
public:
    Impl(asio::any_io_executor const& executor, ssl::context& context, HttpsUrl const& url,
         HttpSettings const& settings, std::optional<Proxy> proxy, SteadyClock::time_point end)
        : stream_{executor, context}, host_{url.host}, port_{url.port}, origin_{url.origin()}, peer_{origin_},
          settings_{settings}, proxy_{std::move(proxy)}, end_{end}, input_{std::string(read_size, '\0')}
    {
        if (proxy_) peer_ += " (through " + usaged::in_words(*proxy_) + ")";
    }

    asio::awaitable<void> open(LookUp look_up)
    {
        deadline_ = after(settings_.connect_timeout);
        auto const& host = proxy_ ? proxy_->host : host_;
        auto const& port = proxy_ ? proxy_->port : port_;
        auto const endpoints = co_await resolve(host, port, deadline_, std::move(look_up));
        co_await connect(endpoints);
        tcp().expires_at(deadline_);
        if (proxy_) co_await open_tunnel();
        co_await handshake();
    }

    asio::awaitable<HttpResponse> exchange(std::string const& request, std::uint64_t max_body)
    {
        closed_while_idle_ = false;
        begun_ = SteadyClock::now();
        co_await write(request);
        ResponseParser parser{peer_, settings_.max_body, max_body};
        tcp().expires_at(after(settings_.response_timeout));
        while (!parser.complete()) co_await read(parser);
        ++exchanges_;
        reusable_ = parser.keeps_connection();
        co_return parser.take();
    }

    bool reusable() const { return reusable_; }

    bool quiet()
    {
        // Asio may have taken more from the socket than OpenSSL has looked at.
        if (::BIO_ctrl_pending(::SSL_get_rbio(stream_.native_handle())) > 0) return false;
        char byte = 0;
        auto const count = ::recv(tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
        return count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
    }

    bool closed_while_idle() const { return closed_while_idle_; }

private:
    beast::tcp_stream& tcp() { return stream_.next_layer(); }

    SteadyClock::time_point after(std::chrono::milliseconds wait) const
    {
        return std::min(SteadyClock::now() + wait, end_);
    }

    /// Tries one address after the other; each but the last may take half of the time that is left.
    asio::awaitable<void> connect(Endpoints const& endpoints)
    {
        auto const token = asio::as_tuple(asio::use_awaitable);
        error_code first_error;
        for (auto const& endpoint : endpoints) {
            auto const now = SteadyClock::now();
            auto const last = &endpoint == &endpoints.back();
            tcp().expires_at(last ? deadline_ : now + (deadline_ - now) / 2);
            auto const [error] = co_await tcp().async_connect(endpoint, token);
            if (!error) co_return;
            throw_if_cancelled(error);
            if (!first_error) first_error = error;
            tcp().close();
        }
        auto const next = proxy_ ? usaged::in_words(*proxy_) : peer_;
        if (first_error == beast::error::timeout)
            throw network_error("no connection to " + next + " within " + in_words(settings_.connect_timeout));
        throw network_error("cannot connect to " + next + ": " + first_error.message());
    }

    asio::awaitable<void> open_tunnel()
    {
        auto const token = asio::as_tuple(asio::use_awaitable);
        auto const proxy = usaged::in_words(*proxy_);
        WipedText const request{connect_text(*proxy_, origin_)};
        auto const output = asio::buffer(request.get());
        auto const [write_error, written] = co_await asio::async_write(tcp(), output, token);
        if (write_error) throw tunnel_error(write_error);

        ResponseParser parser{proxy, ResponseParser::to_connect};
        auto const input = asio::buffer(input_.get());
        while (!parser.complete()) {
            auto const [error, count] = co_await tcp().async_read_some(input, token);
            parser.put(std::string_view{input_.get()}.substr(0, count));
            if (error == asio::error::eof)
                parser.put_end();
            else if (error)
                throw tunnel_error(error);
        }
        if (auto const refusal = tunnel_refusal(*proxy_, origin_, parser.take().status)) throw *refusal;
        if (parser.surplus()) throw parser.invalid("something follows it before our TLS handshake");
    }

    Error tunnel_error(error_code const& error) const
    {
        throw_if_cancelled(error);
        auto const proxy = usaged::in_words(*proxy_);
        if (error == beast::error::timeout)
            return network_error("no tunnel to " + origin_ + " from " + proxy + " within " +
                                 in_words(settings_.connect_timeout));
        return network_error(proxy + " broke off the connection: " + error.message());
    }

    asio::awaitable<void> handshake()
    {
        expect_host(*stream_.native_handle(), host_);
        auto const token = asio::as_tuple(asio::use_awaitable);
        auto const [error] = co_await stream_.async_handshake(ssl::stream_base::client, token);
        if (!error) co_return;
        throw_if_cancelled(error);
        if (error == beast::error::timeout)
            throw network_error("no TLS handshake with " + peer_ + " within " + in_words(settings_.connect_timeout));
        throw handshake_error(*stream_.native_handle(), error, peer_);
    }

    asio::awaitable<void> write(std::string const& request)
    {
        tcp().expires_at(after(settings_.response_timeout));
        auto const token = asio::as_tuple(asio::use_awaitable);
        auto const buffer = asio::buffer(request);
        auto const [error, count] = co_await asio::async_write(stream_, buffer, token);
        if (!error) co_return;
        throw_if_cancelled(error);
        if (error == beast::error::timeout)
            throw network_error(peer_ + " did not take the request within " + in_words(settings_.response_timeout));
        closed_while_idle_ = looks_idle(error);
        throw network_error("cannot send the request to " + peer_ + ": " + error.message());
    }

    /// Reads what there is, at least a byte or the end.
    asio::awaitable<void> read(ResponseParser& parser)
    {
        auto const token = asio::as_tuple(asio::use_awaitable);
        auto const buffer = asio::buffer(input_.get());
        auto const [error, count] = co_await stream_.async_read_some(buffer, token);
        parser.put(std::string_view{input_.get()}.substr(0, count));
        if (!error) co_return;
        throw_if_cancelled(error);
        if (error == beast::error::timeout)
            throw network_error("no complete answer from " + peer_ + " within " + in_words(settings_.response_timeout));
        closed_while_idle_ = !parser.started() && looks_idle(error);
        if (error == asio::error::eof) {
            parser.put_end();
            co_return;
        }
        throw read_error(error);
    }

    bool looks_idle(error_code const& error) const
    {
        return exchanges_ > 0 && is_end(error) && SteadyClock::now() - begun_ < settings_.idle_end_limit;
    }

    Error read_error(error_code const& error) const
    {
        if (error == ssl::error::stream_truncated)
            return network_error(peer_ + " broke off the connection before its answer was complete");
        if (error.category() == asio::error::get_ssl_category())
            return Error{ErrorCategory::tls, "the answer of " + peer_ + " was damaged on its way: " + error.message()};
        return network_error("cannot read the answer of " + peer_ + ": " + error.message());
    }

    ssl::stream<beast::tcp_stream> stream_;
    std::string host_;
    std::string port_;
    std::string origin_;
    std::string peer_; ///< for people
    HttpSettings settings_;
    std::optional<Proxy> proxy_;
    SteadyClock::time_point end_;
    WipedText input_;
    SteadyClock::time_point deadline_;
    int exchanges_ = 0;
    bool reusable_ = false;
    SteadyClock::time_point begun_; ///< when the last request was
    bool closed_while_idle_ = false;
};

Connection::Connection(asio::any_io_executor const& executor, ssl::context& context, HttpsUrl const& url,
                       HttpSettings const& settings, std::optional<Proxy> proxy, SteadyClock::time_point end)
    : impl_{std::make_unique<Impl>(executor, context, url, settings, std::move(proxy), end)}
{
}

Connection::~Connection() = default;

asio::awaitable<void> Connection::open(LookUp look_up)
{
    return impl_->open(std::move(look_up));
}

asio::awaitable<HttpResponse> Connection::exchange(std::string const& request, std::uint64_t max_body)
{
    return impl_->exchange(request, max_body);
}

bool Connection::reusable() const
{
    return impl_->reusable();
}

bool Connection::quiet()
{
    return impl_->quiet();
}

bool Connection::closed_while_idle() const
{
    return impl_->closed_while_idle();
}

} // namespace usaged
