#include "daemon/net/https_transport.h"

#include "daemon/fault/error.h"
#include "daemon/net/https_url.h"
#include "daemon/net/resolve.h"
#include "daemon/net/response_parser.h"
#include "daemon/net/tls_client.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/error.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/system/system_error.hpp>
#include <openssl/crypto.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <unistd.h>

namespace usaged {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace ssl = boost::asio::ssl;
using boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;
namespace {

constexpr std::size_t read_size = 64u << 10;

/// Text that may hold a credential: overwritten when it goes.
class WipedText {
public:
    explicit WipedText(std::string text) : text_{std::move(text)} {}
    WipedText(WipedText const&) = delete;
    WipedText& operator=(WipedText const&) = delete;
    ~WipedText() { ::OPENSSL_cleanse(text_.data(), text_.size()); }

    std::string& get() { return text_; }

private:
    std::string text_;
};

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

void append_field(std::string& text, std::string_view name, std::string_view value)
{
    auto const breaks_out = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (std::ranges::any_of(name, breaks_out) || std::ranges::any_of(value, breaks_out))
        throw std::invalid_argument{"a line break in a request header"};
    text.append(name).append(": ").append(value).append("\r\n");
}

/// The bytes of a request. (RFC 9112, sections 3 and 6)
std::string serialize(HttpRequest const& request, HttpsUrl const& url)
{
    auto size = request.method.size() + url.target.size() + url.authority.size() + request.body.size() + 128;
    for (auto const& header : request.headers) size += header.name.size() + header.value.size() + 4;
    std::string text;
    text.reserve(size); // growing would leave copies of credentials behind
    text.append(request.method).append(" ").append(url.target).append(" HTTP/1.1\r\n");
    append_field(text, "Host", url.authority);
    append_field(text, "Accept-Encoding", "identity");
    for (auto const& header : request.headers) append_field(text, header.name, header.value);
    if (!request.body.empty() || request.method == "POST")
        append_field(text, "Content-Length", std::to_string(request.body.size()));
    text.append("\r\n").append(request.body);
    return text;
}

/// One TLS connection to one origin. After any error it is of no further use.
class Connection {
public:
    Connection(asio::any_io_executor const& executor, ssl::context& context, HttpsUrl const& url,
               HttpSettings const& settings)
        : stream_{executor, context}, host_{url.host}, port_{url.port}, peer_{url.origin()}, settings_{settings},
          input_{std::string(read_size, '\0')}
    {
    }

    /// Looks up, connects and shakes hands, all within the connect timeout.
    asio::awaitable<void> open(LookUp look_up)
    {
        deadline_ = SteadyClock::now() + settings_.connect_timeout;
        auto const endpoints = co_await resolve(host_, port_, deadline_, std::move(look_up));
        co_await connect(endpoints);
        co_await handshake();
    }

    /// Sends `request` and reads the answer, whose body the request bounds by `max_body` (0: it does not).
    asio::awaitable<HttpResponse> exchange(std::string const& request, std::uint64_t max_body)
    {
        closed_before_answer_ = false;
        co_await write(request);
        ResponseParser parser{peer_, settings_.max_body, max_body};
        tcp().expires_after(settings_.response_timeout);
        while (!parser.complete()) co_await read(parser);
        ++exchanges_;
        reusable_ = parser.keeps_connection();
        co_return parser.take();
    }

    bool reusable() const { return reusable_; }

    /// Whether the last exchange failed because the server had closed the connection, before a byte of its answer
    /// arrived, on a connection that had served before: what an idle connection ends like.
    bool closed_while_idle() const { return exchanges_ > 0 && closed_before_answer_; }

private:
    beast::tcp_stream& tcp() { return stream_.next_layer(); }

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
        if (first_error == beast::error::timeout)
            throw network_error("no connection to " + peer_ + " within " + in_words(settings_.connect_timeout));
        throw network_error("cannot connect to " + peer_ + ": " + first_error.message());
    }

    asio::awaitable<void> handshake()
    {
        expect_host(*stream_.native_handle(), host_);
        tcp().expires_at(deadline_);
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
        tcp().expires_after(settings_.response_timeout);
        auto const token = asio::as_tuple(asio::use_awaitable);
        auto const buffer = asio::buffer(request);
        auto const [error, count] = co_await asio::async_write(stream_, buffer, token);
        if (!error) co_return;
        throw_if_cancelled(error);
        if (error == beast::error::timeout)
            throw network_error(peer_ + " did not take the request within " + in_words(settings_.response_timeout));
        closed_before_answer_ = true;
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
        closed_before_answer_ = !parser.started();
        if (error == asio::error::eof) {
            parser.put_end();
            co_return;
        }
        throw read_error(error);
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
    std::string peer_;
    HttpSettings settings_;
    WipedText input_;
    SteadyClock::time_point deadline_;
    int exchanges_ = 0;
    bool reusable_ = false;
    bool closed_before_answer_ = false;
};

} // namespace

class HttpsTransport::Impl {
public:
    Impl(asio::any_io_executor executor, HttpSettings settings, LookUp look_up)
        : executor_{std::move(executor)}, settings_{std::move(settings)}, look_up_{std::move(look_up)}
    {
        if (::access(settings_.ca_file.c_str(), R_OK) != 0)
            throw Error{ErrorCategory::config,
                        "cannot read http.ca_file " + settings_.ca_file.string() + ": " +
                            error_code{errno, boost::system::system_category()}.message(),
                        "on Debian, install ca-certificates; else name the file with the roots to trust"};
    }

    asio::awaitable<HttpResponse> send(HttpRequest const& request)
    {
        auto const url = parse_https_url(request.url);
        WipedText text{serialize(request, url)};
        auto connection = take_kept(url);
        if (connection) {
            auto answer = co_await exchange_on_kept(*connection, text.get(), request.max_body);
            if (answer) {
                keep(url, std::move(connection));
                co_return std::move(*answer);
            }
        }
        connection = std::make_unique<Connection>(executor_, context(), url, settings_);
        co_await connection->open(look_up_);
        auto answer = co_await connection->exchange(text.get(), request.max_body);
        keep(url, std::move(connection));
        co_return answer;
    }

private:
    /// Nothing if the server had closed the connection while it was idle.
    static asio::awaitable<std::optional<HttpResponse>>
    exchange_on_kept(Connection& connection, std::string const& text, std::uint64_t max_body)
    {
        try {
            co_return co_await connection.exchange(text, max_body);
        } catch (Error const&) {
            if (!connection.closed_while_idle()) throw;
        }
        co_return std::nullopt;
    }

    /// Made when it is first needed: reading the roots takes time and memory.
    ssl::context& context()
    {
        if (!context_) context_.emplace(make_tls_context(settings_.ca_file));
        return *context_;
    }

    std::unique_ptr<Connection> take_kept(HttpsUrl const& url)
    {
        auto node = kept_.extract(url.origin());
        return node ? std::move(node.mapped()) : nullptr;
    }

    void keep(HttpsUrl const& url, std::unique_ptr<Connection> connection)
    {
        if (connection->reusable()) kept_.insert_or_assign(url.origin(), std::move(connection));
    }

    asio::any_io_executor executor_;
    HttpSettings settings_;
    LookUp look_up_;
    std::optional<ssl::context> context_;
    std::map<std::string, std::unique_ptr<Connection>> kept_;
};

HttpsTransport::HttpsTransport(asio::any_io_executor executor, HttpSettings settings, LookUp look_up)
    : impl_{std::make_unique<Impl>(std::move(executor), std::move(settings), std::move(look_up))}
{
}

HttpsTransport::~HttpsTransport() = default;

asio::awaitable<HttpResponse> HttpsTransport::send(HttpRequest const& request)
{
    return impl_->send(request);
}

} // namespace usaged
