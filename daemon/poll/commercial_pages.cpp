#include "daemon/poll/commercial_pages.h"

#include "daemon/auth/form.h"
#include "daemon/fault/classify.h"
#include "daemon/poll/next_page.h"

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t most_rows = 10000; // of a page: documented
std::string const no_token;

std::string joined(std::vector<std::string> const& fields)
{
    std::string out;
    for (auto const& field : fields) out.append(out.empty() ? "" : ",").append(field);
    return out;
}

void add(std::string& query, std::string_view name, std::string_view value)
{
    if (!value.empty()) query.append("&").append(name).append("=").append(value);
}

/// Of what a page is asked for, without the rows that it begins and ends with.
std::string selection(DatasetQuery const& query, std::string const& groupby, std::string_view date)
{
    std::string out;
    add(out, "filter", percent_encoded(query.filter));
    add(out, "groupby", groupby); // names of fields, which need no encoding
    add(out, "processedDateTime", date);
    return out;
}

std::string rows(std::size_t top, std::int64_t skip)
{
    return "?top=" + std::to_string(top) + "&skip=" + std::to_string(skip);
}

std::string iso_date(std::optional<std::chrono::sys_days> date)
{
    return date ? format_timestamp(*date).substr(0, 10) : std::string{};
}

/// The processing date of the first row, in the stored form; empty if there is no row.
std::string date_of_first_row(Dataset const& dataset, std::string const& body)
{
    std::string date;
    PageDecoder decoder{dataset};
    decoder.decode(body, PageScope{}, [&](Row const& row) {
        if (date.empty()) date = row.values.front().text;
    });
    return date;
}

} // namespace

CommercialPages::CommercialPages(ApiClient& api, SnapshotBuilder& snapshot, FetchSettings const& settings,
                                 Dataset const& dataset, DatasetQuery const& query, KnownPaths& known_paths,
                                 ProgressObserver const& progress)
    : api_{api}, snapshot_{snapshot}, settings_{settings}, dataset_{dataset}, query_{query},
      known_paths_{known_paths}, progress_{progress}
{
}

boost::asio::awaitable<void> CommercialPages::read(std::optional<std::chrono::sys_days> date)
{
    auto const wanted = iso_date(date);
    PageScope scope;
    if (query_.groupby.empty()) {
        co_await read_pages(wanted, scope);
        co_return;
    }
    // Grouped rows do not say of what date they are, so that is asked for before.
    auto const parameters = rows(1, 0) + selection(query_, {}, wanted);
    auto const response = co_await ask(parameters);
    auto const found = date_of_first_row(dataset_, response.body);
    if (found.empty()) {
        snapshot_.add(response.body, scope);
        co_return;
    }
    scope.processed_date_time = found;
    scope.groupby = joined(query_.groupby);
    auto const day = found.substr(0, 10);
    co_await read_pages(day, scope);
}

boost::asio::awaitable<void> CommercialPages::read_pages(std::string const& date, PageScope const& scope)
{
    auto const selected = selection(query_, scope.groupby, date);
    std::string const parameters = rows(most_rows, 0) + selected;
    auto response = co_await ask(parameters);
    auto url = url_ + parameters;
    NextPage next;
    PageTrail trail;
    trail.enter(url, next.continuation_token);
    for (;;) {
        auto const page = snapshot_.add(response.body, scope);
        report(page);
        if (page.items == 0) co_return;
        next = page.next.value_or(NextPage{});
        if (page.next) {
            url = next_page_url(settings_.base_url, dataset_, dataset_.paths.front(), url, next);
        } else if (page.items >= most_rows) {
            if (snapshot_.repeats_page()) throw PageTrail::endless();
            url = url_ + rows(most_rows, snapshot_.items()) + selected;
        } else {
            co_return;
        }
        trail.enter(url, next.continuation_token);
        response.body = std::string{}; // a page is large, and two need not be there at once
        response = co_await api_.get(dataset_, url, next.continuation_token);
    }
}

/// The first answer decides at which path all others are asked for.
boost::asio::awaitable<HttpResponse> CommercialPages::ask(std::string const& parameters)
{
    auto const forms = url_.empty() ? path_forms() : std::vector<std::string>{};
    for (auto const& path : forms) {
        auto const url = settings_.base_url + path;
        auto const whole = url + parameters;
        try {
            auto response = co_await api_.get(dataset_, whole, no_token);
            url_ = url;
            known_paths_[dataset_.name] = path;
            co_return response;
        } catch (Error const& error) {
            if (!is_plain_not_found(error) || path == forms.back()) throw;
        }
    }
    auto const whole = url_ + parameters;
    co_return co_await api_.get(dataset_, whole, no_token);
}

/// The path that is pinned; else all of them, the one first that the server knew last.
std::vector<std::string> CommercialPages::path_forms() const
{
    if (!query_.path.empty()) return {query_.path};
    std::vector<std::string> forms{dataset_.paths.begin(), dataset_.paths.end()};
    auto const known = known_paths_.find(dataset_.name);
    if (known != known_paths_.end())
        std::ranges::partition(forms, [&](auto const& form) { return form == known->second; });
    return forms;
}

void CommercialPages::report(PageSummary const& page) const
{
    if (!progress_) return;
    Progress progress{"rows", snapshot_.items(), std::nullopt};
    if (page.count && *page.count > static_cast<std::int64_t>(page.items)) progress.total = page.count;
    progress_(progress);
}

} // namespace usaged
