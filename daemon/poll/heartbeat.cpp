#include "daemon/poll/heartbeat.h"

#include "daemon/poll/recorded_transport.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace usaged {

namespace {

/// Sends every request to another URL than the one that it names.
class Diverted : public HttpTransport {
public:
    Diverted(HttpTransport& transport, std::string const& url) : transport_{transport}, url_{url} {}

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override
    {
        auto diverted = request;
        diverted.url = url_;
        co_return co_await transport_.send(diverted);
    }

private:
    HttpTransport& transport_;
    std::string const& url_;
};

/// All of a URL that anyone may see.
std::string host_of(std::string const& url)
{
    auto const parsed = boost::urls::parse_uri(url);
    return parsed ? std::string{parsed->encoded_host_and_port()} : std::string{};
}

HttpRequest heartbeat_request(std::string const& host, std::string const& user_agent)
{
    HttpRequest request;
    request.url = "https://" + host + "/…";
    request.headers.emplace_back("User-Agent", user_agent);
    request.max_body = 1 << 20;
    request.timeout = std::chrono::seconds{10}; // other datasets are waiting
    return request;
}

} // namespace

boost::asio::awaitable<void> send_heartbeat(std::string const& url, std::string const& user_agent,
                                            HttpTransport& transport, SnapshotStore& store, Clock const& clock,
                                            Log& log, PollId poll)
{
    Diverted diverted{transport, url};
    RecordedTransport recorded{diverted, store, clock, log, poll};
    auto const host = host_of(url);
    auto const request = heartbeat_request(host, user_agent);
    std::string failure;
    try {
        auto const response = co_await recorded.send(request);
        if (response.status >= 200 && response.status <= 299) co_return;
        failure = "HTTP status " + std::to_string(response.status);
    } catch (Error const& error) {
        failure = error.what();
    }
    log.write(LogEvent{LogLevel::warn, "heartbeat_failed", "the heartbeat to " + host + " failed: " + failure});
}

} // namespace usaged
