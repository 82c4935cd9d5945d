#include "daemon/poll/snapshot_builder.h"

#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <future>

namespace usaged {

namespace {

constexpr std::size_t most_unknown_fields = 1000; // memory does not grow with what a server thinks of

constexpr std::size_t large_page = 256u << 10; // bytes; below it a thread costs more than it saves

} // namespace

SnapshotBuilder::SnapshotBuilder(Dataset const& dataset, DecodeRules const& rules, PageArchive& archive, Log& log,
                                 CallIds const& answer_ids)
    : dataset_{dataset}, archive_{archive}, log_{log}, answer_ids_{answer_ids}, decoder_{dataset, rules}, keys_{dataset}
{
    if (dataset.collection == Collection::commercial) dates_.emplace(dataset);
}

PageSummary SnapshotBuilder::add(std::string const& body, PageScope const& scope)
{
    auto page = body.size() < large_page ? add_small(body, scope) : add_large(body, scope);
    page_ids_.push_back(answer_ids_);
    note_page(page);
    return page;
}

PageSummary SnapshotBuilder::add_small(std::string const& body, PageScope const& scope)
{
    auto page = decode(body, scope);
    archive(body, scope);
    return page;
}

// To check a large page and to archive it take about as long, so both are done at once. Where there is no thread to be
// had they follow each other. A page that is refused goes from the archive with its poll.
PageSummary SnapshotBuilder::add_large(std::string const& body, PageScope const& scope)
{
    auto page = std::async(std::launch::async | std::launch::deferred, [&] { return decode(body, scope); });
    archive(body, scope);
    return page.get();
}

void SnapshotBuilder::archive(std::string const& body, PageScope const& scope)
{
    snapshot_.pages.push_back(archive_.put(snapshot_.pages.size(), body, scope));
}

PageSummary SnapshotBuilder::decode(std::string const& body, PageScope const& scope)
{
    page_keys_ = 0;
    bool const watches_dates = dates_ && scope.groupby.empty(); // grouped rows are of the date that is asked for
    try {
        return decoder_.decode(body, scope, [this, watches_dates](Row const& row) {
            page_keys_ = page_keys_ * 0x100000001B3ULL + keys_.note(row);
            if (watches_dates) dates_->note(row);
        });
    } catch (Error const& error) {
        throw Error{error.category(), place(scope) + error.what(), error.remedy()};
    }
}

/// What of the snapshot the page is, for the text of an error; nothing if that is clear.
std::string SnapshotBuilder::place(PageScope const& scope) const
{
    auto const before = page_ids_.size(); // not pages(): the page may be archived at the same time
    return before == 0 || !scope.customer_id.empty() ? std::string{} : "page " + std::to_string(before + 1) + ": ";
}

void SnapshotBuilder::note_page(PageSummary const& page)
{
    repeats_page_ = page.items > page.bad_rows && !seen_pages_.insert(page_keys_).second;
    snapshot_.rows += static_cast<std::int64_t>(page.items - page.bad_rows);
    snapshot_.bad_rows += static_cast<std::int64_t>(page.bad_rows);
    note_dates(page);
    snapshot_.over_hundred += static_cast<std::int64_t>(page.over_hundred);
    if (first_bad_.empty()) first_bad_ = page.first_bad;
    if (page.count && *page.count != static_cast<std::int64_t>(page.items))
        odd_counts_.try_emplace(*page.count, page.items);
    for (auto const& field : page.unknown_fields)
        if (unknown_fields_.size() < most_unknown_fields) unknown_fields_.insert(printable(field));
}

void SnapshotBuilder::note_dates(PageSummary const& page)
{
    if (!page.data_from.empty() && (snapshot_.data_from.empty() || page.data_from < snapshot_.data_from))
        snapshot_.data_from = page.data_from;
    snapshot_.data_to = std::max(snapshot_.data_to, page.data_to);
    if (dates_) dates_->end_page();
}

void SnapshotBuilder::degrade(std::string_view reason)
{
    snapshot_.degraded.append(snapshot_.degraded.empty() ? "" : "; ").append(reason);
}

void SnapshotBuilder::skip(SkippedCustomer customer)
{
    snapshot_.skipped.push_back(std::move(customer));
}

boost::asio::awaitable<Snapshot> SnapshotBuilder::finish()
{
    co_await find_repeated_rows();
    if (dates_ && !dates_->change().empty()) degrade(dates_->change());
    warn_of_skipped();
    if (snapshot_.bad_rows > 0)
        warn("bad_rows",
             std::to_string(snapshot_.bad_rows) + " bad rows left out, the first: " + printable(first_bad_));
    warn_of_counts();
    if (snapshot_.over_hundred > 0)
        warn("percent_over_100",
             std::to_string(snapshot_.over_hundred) + " percentages are above 100; they are stored as sent");
    if (snapshot_.repeated > 0)
        warn("repeated_rows",
             std::to_string(snapshot_.repeated) + " rows are sent twice with the same values; each is stored once");
    snapshot_.unknown_fields.assign(unknown_fields_.begin(), unknown_fields_.end());
    co_return std::move(snapshot_);
}

boost::asio::awaitable<void> SnapshotBuilder::find_repeated_rows()
{
    RepeatedKeys::Walk const walk = [this](RepeatedKeys::PageRowVisitor const& visit) -> boost::asio::awaitable<void> {
        for (std::size_t number = 0; number < snapshot_.pages.size(); ++number) {
            co_await boost::asio::post(boost::asio::use_awaitable); // a stop and the watchdog must not wait for all
            walk_page(number, visit);
        }
    };
    snapshot_.repeated = co_await keys_.repeated(walk);
}

void SnapshotBuilder::walk_page(std::size_t number, RepeatedKeys::PageRowVisitor const& visit)
{
    auto const& page = snapshot_.pages[number];
    try {
        decoder_.decode(archive_.get(number, page), page.scope, [&](Row const& row) { visit(number, row); });
    } catch (Error& error) {
        if (error.category() == ErrorCategory::data) error.ids(page_ids_[number]);
        throw;
    }
}

/// The log is for a few of them: the store keeps all.
void SnapshotBuilder::warn_of_skipped()
{
    constexpr std::size_t most_ids = 3;
    auto const& skipped = snapshot_.skipped;
    if (skipped.empty()) return;
    std::string ids;
    for (std::size_t i = 0; i < std::min(most_ids, skipped.size()); ++i)
        ids.append(i == 0 ? "" : ", ").append(skipped[i].customer_id);
    if (skipped.size() > most_ids) ids += "…";
    warn("customer_skipped", std::to_string(skipped.size()) + (skipped.size() == 1 ? " customer" : " customers") +
                                 " left out (" + ids + "), the first because: " + skipped.front().reason +
                                 "; the table skipped_customer has all");
}

void SnapshotBuilder::warn_of_counts()
{
    for (auto const& [count, page_items] : odd_counts_) {
        auto const sent = dataset_.envelope.counts_page ? static_cast<std::int64_t>(page_items) : items();
        if (count == sent) continue;
        warn("count_mismatch",
             "the server counts " + std::to_string(count) + " items and sends " + std::to_string(sent));
        return;
    }
}

void SnapshotBuilder::warn(std::string_view event, std::string detail)
{
    log_.write(LogEvent{LogLevel::warn, event, std::move(detail)}.with("dataset", std::string{dataset_.name}));
}

} // namespace usaged
