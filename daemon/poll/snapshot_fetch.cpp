#include "daemon/poll/snapshot_fetch.h"

#include "daemon/auth/guid.h"
#include "daemon/fault/classify.h"
#include "daemon/poll/next_page.h"

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t most_pages = 10000;
constexpr std::size_t most_reported_fields = 1000; // memory does not grow with what a server thinks of

Answer answer_of(HttpResponse const& response)
{
    return Answer{response.status, response.header("Retry-After").value_or(""), response.header("Date").value_or(""),
                  response.body};
}

void set_header(HttpRequest& request, std::string_view name, std::string value)
{
    for (auto& header : request.headers) {
        if (header.name == name) {
            header.value = std::move(value);
            return;
        }
    }
    request.headers.emplace_back(std::string{name}, std::move(value));
}

/// The access token stands in the request only while it is sent.
class Authorization {
public:
    Authorization(HttpRequest& request, std::string token) : request_{request}
    {
        set_header(request_, "Authorization", "Bearer " + token);
        wipe(token);
    }
    Authorization(Authorization const&) = delete;
    Authorization& operator=(Authorization const&) = delete;
    ~Authorization()
    {
        for (auto& header : request_.headers)
            if (header.name == "Authorization") wipe(header.value);
    }

private:
    HttpRequest& request_;
};

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

/// What is known of the snapshot while its pages arrive.
struct SnapshotFetch::Progress {
    explicit Progress(Dataset const& of, DecodeRules rules) : dataset{of}, decoder{of, rules}, keys{of} {}

    Dataset const& dataset;
    PageDecoder decoder;
    RepeatedKeys keys;
    Snapshot snapshot;
    std::set<std::string> visited; // pages, to notice a loop
};

SnapshotFetch::SnapshotFetch(HttpTransport& transport, TokenSource& tokens, PageArchive& archive, Clock& clock,
                             Log& log, FetchSettings const& settings, Retry::Random random,
                             std::set<std::string>& reported_fields)
    : transport_{transport}, tokens_{tokens}, archive_{archive}, clock_{clock}, log_{log}, settings_{settings},
      random_{std::move(random)}, reported_fields_{reported_fields}
{
}

boost::asio::awaitable<Snapshot> SnapshotFetch::fetch(Dataset const& dataset)
{
    Progress progress{dataset, settings_.rules};
    std::string url = settings_.base_url + std::string{dataset.path};
    std::string continuation_token;
    RowVisitor const note_key = [&progress](Row const& row) { progress.keys.note(row); };
    for (;;) {
        if (!progress.visited.insert(url + "\n" + continuation_token).second || progress.visited.size() > most_pages)
            throw Error{ErrorCategory::data, "the pages do not end: the server links to a page that was read before",
                        "Nothing was stored. If this lasts, please report it to Microsoft."};
        auto const response = co_await get(dataset, url, continuation_token);
        auto const summary = progress.decoder.decode(response.body, note_key);
        progress.snapshot.pages.push_back(archive_.put(progress.snapshot.pages.size(), response.body));
        add_page(progress, summary);
        if (!summary.next) break;
        url = next_page_url(settings_.base_url, dataset, *summary.next);
        continuation_token = summary.next->continuation_token;
    }
    check_repeated_keys(progress);
    co_return std::move(progress.snapshot);
}

boost::asio::awaitable<HttpResponse> SnapshotFetch::get(Dataset const& dataset, std::string const& url,
                                                        std::string const& continuation_token)
{
    auto request = page_request(url, continuation_token);
    bool same_request_id = false;
    for (Retry retry{settings_.retry, random_};;) {
        std::chrono::milliseconds wait{0};
        try {
            request.attempt = retry.attempt();
            co_return co_await try_once(request, same_request_id);
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
            // The old id only when no answer came: the server may take a known id for a replay.
            same_request_id = error.category() == ErrorCategory::network;
            log_.write(LogEvent{LogLevel::warn, "retry", error.what()}
                           .with("dataset", std::string{dataset.name})
                           .with("wait_ms", wait.count())
                           .with(error));
        }
        co_await clock_.sleep_for(wait);
    }
}

boost::asio::awaitable<HttpResponse> SnapshotFetch::try_once(HttpRequest& request, bool same_request_id)
{
    auto token = co_await access_token(request.attempt);
    Authorization const authorization{request, std::move(token)};
    set_header(request, "MS-CorrelationId", make_guid());
    if (!same_request_id) set_header(request, "MS-RequestId", make_guid());
    try {
        auto response = co_await transport_.send(request);
        auto answer = answer_of(response);
        answer.arrived = std::chrono::floor<std::chrono::seconds>(clock_.now());
        if (auto error = classify_api_answer(answer)) throw Error{*error};
        co_return response;
    } catch (Error& error) {
        error.endpoint("usage").ids(ids_of(request));
        throw;
    }
}

boost::asio::awaitable<std::string> SnapshotFetch::access_token(int attempt)
{
    try {
        co_return co_await tokens_.access_token(transport_, attempt);
    } catch (Error& error) {
        error.endpoint("token");
        throw;
    }
}

HttpRequest SnapshotFetch::page_request(std::string const& url, std::string const& continuation_token) const
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

void SnapshotFetch::add_page(Progress& progress, PageSummary const& summary)
{
    auto& snapshot = progress.snapshot;
    snapshot.rows += static_cast<std::int64_t>(summary.items - summary.bad_rows);
    snapshot.bad_rows += static_cast<std::int64_t>(summary.bad_rows);
    if (!summary.data_from.empty() && (snapshot.data_from.empty() || summary.data_from < snapshot.data_from))
        snapshot.data_from = summary.data_from;
    snapshot.data_to = std::max(snapshot.data_to, summary.data_to);

    if (summary.bad_rows > 0)
        warn(progress.dataset, "bad_rows",
             std::to_string(summary.bad_rows) + " bad rows left out, the first: " + printable(summary.first_bad));
    if (summary.count_mismatch)
        warn(progress.dataset, "count_mismatch",
             "the server counts " + std::to_string(*summary.count_mismatch) + " items and sends " +
                 std::to_string(summary.items));
    if (summary.over_hundred > 0)
        warn(progress.dataset, "percent_over_100",
             std::to_string(summary.over_hundred) + " percentages are above 100; they are stored as sent");
    for (auto const& field : summary.unknown_fields)
        if (reported_fields_.size() < most_reported_fields &&
            reported_fields_.insert(std::string{progress.dataset.name} + "." + printable(field)).second)
            warn(progress.dataset, "unknown_field",
                 "the field " + printable(field) + " is new to this version; it is kept in the column extra");
}

void SnapshotFetch::check_repeated_keys(Progress& progress)
{
    if (!progress.keys.any()) return;
    auto const& pages = progress.snapshot.pages;
    for (std::size_t number = 0; number < pages.size(); ++number) {
        auto const body = archive_.get(number, pages[number]);
        progress.decoder.decode(body, [&](Row const& row) { progress.keys.compare(number, row); });
    }
    progress.snapshot.repeated = progress.keys.repeated();
    if (progress.snapshot.repeated > 0)
        warn(progress.dataset, "repeated_rows",
             std::to_string(progress.snapshot.repeated) +
                 " rows are sent twice with the same values; each is stored once");
}

void SnapshotFetch::warn(Dataset const& dataset, std::string_view event, std::string detail)
{
    log_.write(LogEvent{LogLevel::warn, event, std::move(detail)}.with("dataset", std::string{dataset.name}));
}

} // namespace usaged
