#include "daemon/poll/snapshot_fetch.h"

#include "daemon/auth/answer.h"
#include "daemon/auth/guid.h"
#include "daemon/poll/next_page.h"

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t most_pages = 10000;
constexpr std::size_t most_reported_fields = 1000; // memory does not grow with what a server thinks of

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

boost::asio::awaitable<HttpResponse> SnapshotFetch::try_once(HttpRequest& request)
{
    auto token = co_await access_token(request.attempt);
    set_header(request, "MS-CorrelationId", make_guid());
    // The access token stands in the request only while it is sent.
    WipeAtEnd const authorization{set_header(request, "Authorization", "Bearer " + token)};
    wipe(token);
    try {
        auto response = co_await transport_.send(request);
        if (auto error = classify_api_answer(answer_of(response, clock_.now()))) throw Error{*error};
        co_return response;
    } catch (Error& error) {
        error.endpoint("usage").ids(ids_of(request));
        // The old id only when no answer came: the server may take a known id for a replay.
        if (error.category() != ErrorCategory::network) set_header(request, "MS-RequestId", make_guid());
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
