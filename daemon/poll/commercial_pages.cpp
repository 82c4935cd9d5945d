#include "daemon/poll/commercial_pages.h"

#include "daemon/auth/form.h"
#include "daemon/fault/classify.h"
#include "daemon/fault/text.h"
#include "daemon/poll/next_page.h"

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t most_rows = 10000;  // of a page: documented
constexpr std::size_t most_services = 50; // whose dates are asked for
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
std::string selection(std::string const& filter, std::string const& groupby, std::string_view date)
{
    std::string out;
    add(out, "filter", percent_encoded(filter));
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
        co_await read_pages(query_.filter, wanted, scope);
        co_return;
    }
    auto const services_at = co_await learn_dates(wanted);
    scope.groupby = joined(query_.groupby);
    for (auto const& [found, services] : services_at) {
        scope.processed_date_time = found;
        auto const day = found.substr(0, 10);
        auto const filter = services_at.size() == 1 ? query_.filter : narrowed(query_.filter, is_one_of(services));
        co_await read_pages(filter, day, scope);
    }
}

/// Grouped rows do not say of what date they are, and each service has a newest date of its own: so what those are is
/// asked for before. Degrades the poll if they are not all to be learnt.
boost::asio::awaitable<CommercialPages::ServicesByDate> CommercialPages::learn_dates(std::string const& date)
{
    ServicesByDate found;
    std::vector<std::string> known;
    for (;;) {
        auto const filter = narrowed(query_.filter, is_none_of(known));
        auto const row = co_await ask_for_row(filter, date);
        if (!row) co_return found;
        if (std::find(known.begin(), known.end(), row->service_code) != known.end()) {
            snapshot_.degrade("the server sends rows of the service " + printable(row->service_code) +
                              " where the filter leaves it out, so other services' dates are not known");
            co_return found;
        }
        if (known.size() == most_services) {
            snapshot_.degrade("there are more than " + std::to_string(most_services) +
                              " services, and the dates of the others are not known");
            co_return found;
        }
        known.push_back(row->service_code);
        found[row->date].push_back(row->service_code);
    }
}

boost::asio::awaitable<std::optional<DatedService>> CommercialPages::ask_for_row(std::string const& filter,
                                                                                 std::string const& date)
{
    try {
        auto const parameters = rows(1, 0) + selection(filter, {}, date);
        auto response = co_await ask(parameters);
        auto url = url_ + parameters;
        PageTrail trail;
        for (NextPage next;;) {
            trail.enter(url, next.continuation_token);
            auto const answer = decode_first_row(dataset_, settings_.rules, response.body);
            if (answer.row) co_return answer.row;
            if (!answer.next) break;
            next = *answer.next;
            url = next_page_url(settings_.base_url, dataset_, dataset_.paths.front(), url, next);
            response = co_await api_.get(dataset_, url, next.continuation_token);
        }
        // A snapshot has a page to be told from none.
        if (filter == query_.filter) snapshot_.add(response.body, PageScope{});
    } catch (Error& error) {
        place_answer(error, "question for the processing date: ");
        throw;
    }
    co_return std::nullopt;
}

boost::asio::awaitable<void> CommercialPages::read_pages(std::string const& filter, std::string const& date,
                                                         PageScope const& scope)
{
    auto const selected = selection(filter, scope.groupby, date);
    auto const before = snapshot_.items();
    std::string const parameters = rows(most_rows, 0) + selected;
    auto response = co_await ask(parameters);
    auto url = url_ + parameters;
    NextPage next;
    PageTrail trail;
    trail.enter(url, next.continuation_token);
    std::int64_t counted = 0;
    for (bool by_skip = false;;) {
        auto const page = snapshot_.add(response.body, scope);
        report(page, before);
        auto const received = snapshot_.items() - before;
        counted = std::max(counted, page.count.value_or(0));
        bool const more = page.items >= most_rows || (page.items > 0 && counted > received);
        // A server may lead to the same page by ever new URLs, or not heed `skip`.
        if (snapshot_.repeats_page() && (page.next || more || by_skip)) throw PageTrail::endless();
        if (!page.next && !more) break;
        by_skip = !page.next;
        next = page.next.value_or(NextPage{});
        url = by_skip ? url_ + rows(most_rows, received) + selected
                      : next_page_url(settings_.base_url, dataset_, dataset_.paths.front(), url, next);
        trail.enter(url, next.continuation_token);
        response.body = std::string{}; // a page is large, and two need not be there at once
        response = co_await api_.get(dataset_, url, next.continuation_token);
    }
    auto const received = snapshot_.items() - before;
    if (counted > received)
        snapshot_.degrade("the server counts " + std::to_string(counted) + " rows and sends " +
                          std::to_string(received));
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
        std::stable_partition(forms.begin(), forms.end(), [&](auto const& form) { return form == known->second; });
    return forms;
}

/// `before`: items of other selections, which the server does not count.
void CommercialPages::report(PageSummary const& page, std::int64_t before) const
{
    if (!progress_) return;
    Progress progress{"rows", snapshot_.items(), std::nullopt};
    if (page.count && *page.count > static_cast<std::int64_t>(page.items)) progress.total = before + *page.count;
    progress_(progress);
}

} // namespace usaged
