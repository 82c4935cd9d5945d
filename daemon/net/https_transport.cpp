#include "daemon/net/https_transport.h"

#include "daemon/fault/error.h"
#include "daemon/net/connection.h"
#include "daemon/net/https_url.h"
#include "daemon/net/request_text.h"
#include "daemon/net/tls_client.h"
#include "daemon/net/trust_files.h"
#include "daemon/net/wiped_text.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

namespace usaged {
namespace asio = boost::asio;
namespace ssl = boost::asio::ssl;

class HttpsTransport::Impl {
public:
    Impl(asio::any_io_executor executor, HttpSettings settings, LookUp look_up)
        : executor_{std::move(executor)}, settings_{std::move(settings)}, look_up_{std::move(look_up)}
    {
        require_readable_trust(settings_);
    }

    asio::awaitable<HttpResponse> send(HttpRequest const& request)
    {
        auto const url = parse_https_url(request.url);
        WipedText const text{request_text(request, url)};
        if (request.timeout.count() > 0) co_return co_await exchange_in_time(request, url, text.get());
        auto connection = take_kept(url);
        if (connection) {
            auto answer = co_await exchange_on_kept(*connection, text.get(), request.max_body);
            if (answer) {
                keep(url, std::move(connection));
                co_return std::move(*answer);
            }
        }
        auto proxy = choose_proxy(settings_.proxy, url.host, url.port);
        connection = std::make_unique<Connection>(executor_, context(), url, settings_, std::move(proxy));
        co_await connection->open(look_up_);
        auto answer = co_await connection->exchange(text.get(), request.max_body);
        keep(url, std::move(connection));
        co_return answer;
    }

private:
    /// On a connection of its own, because the time is that from the beginning to the end.
    asio::awaitable<HttpResponse> exchange_in_time(HttpRequest const& request, HttpsUrl const& url,
                                                   std::string const& text)
    {
        auto const end = std::chrono::steady_clock::now() + request.timeout;
        auto settings = settings_;
        settings.connect_timeout = std::min(settings.connect_timeout, request.timeout);
        settings.response_timeout = std::min(settings.response_timeout, request.timeout);
        auto proxy = choose_proxy(settings.proxy, url.host, url.port);
        Connection connection{executor_, context(), url, settings, std::move(proxy), end};
        co_await connection.open(look_up_);
        co_return co_await connection.exchange(text, request.max_body);
    }

    /// Nothing if the server closed the connection just then: what quiet() came too early for.
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
        if (!context_) context_.emplace(make_tls_context(settings_.ca_file, settings_.crl_file));
        return *context_;
    }

    /// Nothing if there is none, or if the server has closed it or said something that nobody asked for.
    std::unique_ptr<Connection> take_kept(HttpsUrl const& url)
    {
        auto node = kept_.extract(url.origin());
        return node && node.mapped()->quiet() ? std::move(node.mapped()) : nullptr;
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
