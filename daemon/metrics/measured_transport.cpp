#include "daemon/metrics/measured_transport.h"

namespace usaged {

MeasuredTransport::MeasuredTransport(std::unique_ptr<HttpTransport> transport, EndpointAddresses addresses,
                                     Metrics& metrics, Clock const& clock)
    : transport_{std::move(transport)}, addresses_{std::move(addresses)}, metrics_{metrics}, clock_{clock}
{
}

boost::asio::awaitable<HttpResponse> MeasuredTransport::send(HttpRequest const& request)
{
    auto const started = clock_.steady_now();
    auto const count = [&](std::optional<int> status) {
        auto const took = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - started);
        metrics_.http_request(endpoint_of(request.url), status, took);
    };
    try {
        auto response = co_await transport_->send(request);
        count(response.status);
        co_return response;
    } catch (Error const&) {
        count(std::nullopt);
        throw;
    }
}

std::string_view MeasuredTransport::endpoint_of(std::string const& url) const
{
    // First, because both may be on one host.
    if (url.starts_with(addresses_.tokens)) return "token";
    return url.starts_with(addresses_.api) ? "usage" : "heartbeat";
}

} // namespace usaged
