#include "tests/benchmark/scale_database.h"

#include "daemon/fault/error.h"
#include "storage/sqlite_store.h"
#include "tests/benchmark/commercial_rows.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::sys_days;

constexpr std::size_t most_dates = 1000;
constexpr std::size_t page_rows = 10'000;
constexpr std::size_t rows_of_a_customer = 12;
constexpr auto kept = days{90};

/// What happens to a customer, and on which of the dates. Of 20 customers one appears late, one vanishes and one is
/// renamed.
struct Fate {
    Fate(std::uint32_t customer, std::size_t dates)
    {
        auto const when = customer * std::size_t{7919} % dates;
        if (customer % 20 == 7) first = when;
        if (customer % 20 == 11) end = std::max<std::size_t>(when, 1);
        if (customer % 20 == 13) renamed = when;
    }

    std::size_t first = 0;
    std::size_t end = most_dates;
    std::size_t renamed = most_dates;
};

std::string stored_date(sys_days date)
{
    std::chrono::year_month_day const parts{date};
    auto const two_digits = [](unsigned number) { return (number < 10 ? "0" : "") + std::to_string(number); };
    return std::to_string(int{parts.year()}) + '-' + two_digits(unsigned{parts.month()}) + '-' +
           two_digits(unsigned{parts.day()}) + "T00:00:00Z";
}

class ScaleDatabase {
public:
    ScaleDatabase(std::filesystem::path const& database, std::size_t rows)
        : store_{database}, dates_{std::clamp<std::size_t>(rows / 3, 1, most_dates)},
          // A 20th of all rows is missing because their customers are not there yet or no more.
          series_{series(rows / dates_ * 16 / 15 + 1)}
    {
    }

    void make()
    {
        auto const yesterday = std::chrono::floor<days>(std::chrono::system_clock::now()) - days{1};
        for (std::size_t date = 0; date < dates_; ++date) {
            auto const day = yesterday - days{static_cast<int>(dates_ - 1 - date)};
            if (date % 40 == 9) fail(day);
            if (date % 50 == 30) poll_both(date - 1, day - days{1}, day + hours{5}, true);
            poll_both(date, day, day + hours{6}, false);
            if (date % 30 == 29) store_.drop_expired(day - kept, day - kept);
        }
    }

private:
    static std::vector<CommercialSeries> series(std::size_t count)
    {
        return commercial_series(count, count / rows_of_a_customer + 1);
    }

    std::vector<CommercialRow> rows_of(CommercialDataset dataset, std::size_t date, sys_days day, bool restated) const
    {
        std::vector<CommercialRow> rows;
        for (auto const& each : series_) {
            Fate const fate{each.customer, dates_};
            if (date < fate.first || date >= fate.end) continue;
            if (dataset == CommercialDataset::deployment && each.workload != 0) continue;
            auto row = commercial_row(each, day);
            row.name_changes = date >= fate.renamed ? 1 : 0;
            if (restated && rows.size() % 100 == 0) row.active = row.active / 2 + 1;
            rows.push_back(row);
        }
        return rows;
    }

    void poll_both(std::size_t date, sys_days day, Timestamp started, bool restated)
    {
        for (auto const dataset : {CommercialDataset::usage, CommercialDataset::deployment})
            poll(dataset, rows_of(dataset, date, day, restated), started);
    }

    void poll(CommercialDataset kind, std::vector<CommercialRow> const& rows, Timestamp started)
    {
        auto const& dataset = kind == CommercialDataset::usage ? usage_ : deployment_;
        auto const poll = store_.begin_poll(dataset, Trigger::schedule, started);
        Snapshot snapshot;
        snapshot.rows = static_cast<std::int64_t>(rows.size());
        if (!rows.empty()) snapshot.data_from = snapshot.data_to = stored_date(rows.front().date);
        for (std::size_t start = 0; start < rows.size(); start += page_rows) {
            auto const count = std::min(page_rows, rows.size() - start);
            auto const body = commercial_page(std::span{rows}.subspan(start, count), rows.size(), {}, kind);
            record_call(poll, started, static_cast<std::int64_t>(body.size()));
            snapshot.pages.push_back(store_.archive_page(poll, snapshot.pages.size(), body, {}, started));
        }
        store_.save(poll, dataset, DecodeRules{}, snapshot, started + std::chrono::seconds{5});
    }

    void record_call(PollId poll, Timestamp at, std::int64_t bytes)
    {
        HttpCall call;
        call.method = "GET";
        call.url = "https://api.partnercenter.microsoft.com/partner/v1/analytics/commercial/usage/license";
        call.status = 200;
        call.bytes = bytes;
        call.started_at = at;
        call.duration = std::chrono::milliseconds{800};
        store_.record_call(poll, call);
    }

    void fail(sys_days today)
    {
        auto const started = today + hours{5};
        auto const poll = store_.begin_poll(usage_, Trigger::schedule, started);
        record_call(poll, started, 0);
        store_.fail_poll(poll, Error{ErrorCategory::network, "no answer"}, started + std::chrono::minutes{1});
    }

    Dataset const& usage_ = *find_dataset("licenses_usage");
    Dataset const& deployment_ = *find_dataset("licenses_deployment");
    SqliteStore store_;
    std::size_t dates_;
    std::vector<CommercialSeries> series_;
};

} // namespace

void make_scale_database(std::filesystem::path const& database, std::size_t rows)
{
    ScaleDatabase{database, rows}.make();
}

} // namespace usaged::test
