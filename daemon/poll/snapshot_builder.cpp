#include "daemon/poll/snapshot_builder.h"

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t most_unknown_fields = 1000; // memory does not grow with what a server thinks of

} // namespace

SnapshotBuilder::SnapshotBuilder(Dataset const& dataset, DecodeRules const& rules, PageArchive& archive, Log& log)
    : dataset_{dataset}, archive_{archive}, log_{log}, decoder_{dataset, rules}, keys_{dataset}
{
}

PageSummary SnapshotBuilder::add(std::string const& body, PageScope const& scope)
{
    auto const page = decode(body, scope);
    snapshot_.pages.push_back(archive_.put(snapshot_.pages.size(), body, scope));
    note_page(page);
    return page;
}

PageSummary SnapshotBuilder::decode(std::string const& body, PageScope const& scope)
{
    page_keys_ = 0;
    try {
        return decoder_.decode(
            body, scope, [this](Row const& row) { page_keys_ = page_keys_ * 0x100000001B3ULL + keys_.note(row); });
    } catch (Error const& error) {
        throw Error{error.category(), place(scope) + error.what(), error.remedy()};
    }
}

/// What of the snapshot the page is, for the text of an error; nothing if that is clear.
std::string SnapshotBuilder::place(PageScope const& scope) const
{
    if (!scope.customer_id.empty()) return "customer " + scope.customer_id + ": ";
    return pages() == 0 ? std::string{} : "page " + std::to_string(pages() + 1) + ": ";
}

void SnapshotBuilder::note_page(PageSummary const& page)
{
    repeats_page_ = page.items > page.bad_rows && !seen_pages_.insert(page_keys_).second;
    snapshot_.rows += static_cast<std::int64_t>(page.items - page.bad_rows);
    snapshot_.bad_rows += static_cast<std::int64_t>(page.bad_rows);
    note_dates(page);
    over_hundred_ += page.over_hundred;
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
}

void SnapshotBuilder::skip(SkippedCustomer customer)
{
    log_.write(LogEvent{LogLevel::warn, "customer_skipped", customer.reason}
                   .with("dataset", std::string{dataset_.name})
                   .with("customer_id", customer.customer_id));
    snapshot_.skipped.push_back(std::move(customer));
}

Snapshot SnapshotBuilder::finish()
{
    find_repeated_rows();
    if (snapshot_.bad_rows > 0)
        warn("bad_rows",
             std::to_string(snapshot_.bad_rows) + " bad rows left out, the first: " + printable(first_bad_));
    warn_of_counts();
    if (over_hundred_ > 0)
        warn("percent_over_100", std::to_string(over_hundred_) + " percentages are above 100; they are stored as sent");
    if (snapshot_.repeated > 0)
        warn("repeated_rows",
             std::to_string(snapshot_.repeated) + " rows are sent twice with the same values; each is stored once");
    snapshot_.unknown_fields.assign(unknown_fields_.begin(), unknown_fields_.end());
    return std::move(snapshot_);
}

void SnapshotBuilder::find_repeated_rows()
{
    snapshot_.repeated = keys_.repeated([this](RepeatedKeys::PageRowVisitor const& visit) {
        for (std::size_t number = 0; number < snapshot_.pages.size(); ++number) {
            auto const& page = snapshot_.pages[number];
            decoder_.decode(archive_.get(number, page), page.scope, [&](Row const& row) { visit(number, row); });
        }
    });
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
