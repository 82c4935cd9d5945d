#include "daemon/poll/recorded_transport.h"

#include "daemon/fault/retry_after.h"

#include <algorithm>

namespace usaged {

namespace {

std::string header_of(HttpRequest const& request, std::string_view name)
{
    for (auto const& header : request.headers)
        if (header.name == name) return header.value;
    return {};
}

/// The query may hold anything, so it is not kept.
std::string without_query(std::string const& url)
{
    return url.substr(0, url.find_first_of("?#"));
}

HttpCall call_of(HttpRequest const& request, Timestamp started_at)
{
    HttpCall call;
    call.attempt = request.attempt;
    call.method = request.method;
    call.url = without_query(request.url);
    call.ids.request_id = header_of(request, "MS-RequestId");
    call.ids.correlation_id = header_of(request, "MS-CorrelationId");
    if (call.ids.correlation_id.empty())
        call.ids.correlation_id = header_of(request, "client-request-id"); // Entra ID's
    call.started_at = started_at;
    return call;
}

/// The value of a header that names the call at Microsoft. Nothing longer, and no other characters than such a name
/// has: a server that echoes a credential there must not bring it into the database.
std::string id_in(HttpResponse const& response, std::string_view name, std::size_t longest)
{
    auto const allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
               std::string_view{"+/=._-"}.find(c) != std::string_view::npos;
    };
    auto const value = response.header(name).value_or("");
    return value.size() <= longest && std::ranges::all_of(value, allowed) ? std::string{value} : std::string{};
}

void add_answer(HttpCall& call, HttpResponse const& response, Timestamp arrived)
{
    constexpr std::size_t guid = 36;
    call.status = response.status;
    // Entra ID makes the id of a request itself: the trace id of its errors.
    if (call.ids.request_id.empty()) call.ids.request_id = id_in(response, "x-ms-request-id", guid);
    if (call.ids.correlation_id.empty()) call.ids.correlation_id = id_in(response, "client-request-id", guid);
    call.ms_cv = id_in(response, "MS-CV", 64);
    call.server_id = id_in(response, "MS-ServerId", 64);
    call.retry_after =
        parse_retry_after(response.header("Retry-After").value_or(""), response.header("Date").value_or(""),
                          std::chrono::floor<std::chrono::seconds>(arrived));
    call.bytes = static_cast<std::int64_t>(response.body.size());
}

} // namespace

RecordedTransport::RecordedTransport(HttpTransport& transport, SnapshotStore& store, Clock const& clock, Log& log,
                                     std::optional<PollId> poll)
    : transport_{transport}, store_{store}, clock_{clock}, log_{log}, poll_{poll}
{
}

boost::asio::awaitable<HttpResponse> RecordedTransport::send(HttpRequest const& request)
{
    auto call = call_of(request, clock_.now());
    auto const started = clock_.steady_now();
    auto const took = [&] {
        return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - started);
    };
    try {
        auto response = co_await transport_.send(request);
        add_answer(call, response, clock_.now());
        call.duration = took();
        record(call);
        co_return response;
    } catch (Error const& error) {
        call.error = error.what();
        call.duration = took();
        record(call);
        throw;
    }
}

/// The answer may hold the only copy of a new refresh token. A store that stays broken fails the poll later.
void RecordedTransport::record(HttpCall const& call)
{
    try {
        store_.record_call(poll_, call);
    } catch (Error const& error) {
        if (!warned_) log_.write(LogEvent{LogLevel::warn, "call_not_recorded", error.what()}.with(error));
        warned_ = true;
    }
}

} // namespace usaged
