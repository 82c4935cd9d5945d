#include "daemon/poll/api_client.h"

#include "daemon/auth/answer.h"
#include "daemon/auth/guid.h"

#include <utility>

namespace usaged {

namespace {

/// The value as it stands in the request, until another header is added.
std::string& set_header(HttpRequest& request, std::string_view name, std::string value)
{
    for (auto& header : request.headers) {
        if (header.name == name) return header.value = std::move(value);
    }
    return request.headers.emplace_back(std::string{name}, std::move(value)).value;
}

CallIds ids_of(HttpRequest const& request)
{
    CallIds ids;
    for (auto const& header : request.headers) {
        if (header.name == "MS-RequestId") ids.request_id = header.value;
        if (header.name == "MS-CorrelationId") ids.correlation_id = header.value;
    }
    return ids;
}

} // namespace

ApiClient::ApiClient(HttpTransport& transport, TokenSource& tokens, Clock& clock, Log& log,
                     FetchSettings const& settings, Retry::Random random)
    : transport_{transport}, tokens_{tokens}, clock_{clock}, log_{log}, settings_{settings}, random_{std::move(random)}
{
}

boost::asio::awaitable<HttpResponse> ApiClient::get(Dataset const& dataset, std::string const& url,
                                                    std::string const& continuation_token)
{
    auto request = page_request(url, continuation_token);
    for (Retry retry{settings_.retry, random_};;) {
        std::chrono::milliseconds wait{0};
        try {
            request.attempt = retry.attempt();
            co_return co_await try_once(request);
        } catch (Error& error) {
            error.attempt(request.attempt);
            bool const renew = error.wants_new_token() && !token_renewed_;
            auto const decided = retry.after(error);
            if (!renew && !decided) throw;
            if (renew) {
                token_renewed_ = true;
                tokens_.drop_access_token();
            } else {
                wait = *decided;
            }
            log_.write(LogEvent{LogLevel::warn, "retry", error.what()}
                           .with("dataset", std::string{dataset.name})
                           .with("wait_ms", wait.count())
                           .with(error));
        }
        co_await clock_.sleep_for(wait);
    }
}

boost::asio::awaitable<HttpResponse> ApiClient::try_once(HttpRequest& request)
{
    auto token = co_await access_token(request.attempt);
    set_header(request, "MS-CorrelationId", make_guid());
    // The access token stands in the request only while it is sent.
    WipeAtEnd const authorization{set_header(request, "Authorization", "Bearer " + token)};
    wipe(token);
    try {
        auto response = co_await transport_.send(request);
        answer_ids_ = ids_of(request);
        if (auto error = classify_api_answer(answer_of(response, clock_.now()))) throw Error{*error};
        co_return response;
    } catch (Error& error) {
        error.endpoint("usage").ids(ids_of(request));
        // The old id only when no answer came: the server may take a known id for a replay.
        if (error.category() != ErrorCategory::network) set_header(request, "MS-RequestId", make_guid());
        throw;
    }
}

boost::asio::awaitable<std::string> ApiClient::access_token(int attempt)
{
    try {
        co_return co_await tokens_.access_token(transport_, attempt);
    } catch (Error& error) {
        error.endpoint("token");
        throw;
    }
}

HttpRequest ApiClient::page_request(std::string const& url, std::string const& continuation_token) const
{
    HttpRequest request;
    request.url = url;
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("User-Agent", settings_.user_agent);
    request.headers.emplace_back("X-Locale", settings_.locale);
    request.headers.emplace_back("MS-Contract-Version", "v1");
    request.headers.emplace_back("MS-PartnerCenter-Application", "usaged");
    request.headers.emplace_back("MS-RequestId", make_guid());
    if (!continuation_token.empty()) request.headers.emplace_back("MS-ContinuationToken", continuation_token);
    return request;
}

void place_answer(Error& error, std::string_view where)
{
    if (error.endpoint() == "usage" || error.category() == ErrorCategory::data) error.place(where);
}

} // namespace usaged
