#include "tests/simulator/usage_series.h"

#include <algorithm>
#include <map>
#include <random>
#include <string_view>
#include <tuple>

namespace usaged::test {
namespace {

using Step = UsageSeries::Step;

constexpr auto crm_start = std::chrono::sys_days{std::chrono::year{2017} / 3 / 10};
constexpr auto o365_start = std::chrono::sys_days{std::chrono::year{2017} / 3 / 9};

std::vector<UsageRow> documented_sample()
{
    return {{"Microsoft Dynamics CRM", "crm", "reseller", crm_start, 0.0},
            {"SharePoint", "crm", "reseller", crm_start, 0.0},
            {"Exchange", "o365", "reseller", o365_start, 0.0},
            {"SharePoint", "o365", "reseller", o365_start, 0.0},
            {"Skype For Business", "o365", "reseller", o365_start, 0.0}};
}

/// Values are whole 64ths: few digits, and exact in binary.
constexpr int unit = 64;

class Generator {
public:
    explicit Generator(std::uint64_t seed) : random_{seed}, rows_{documented_sample()} {}

    std::vector<UsageRow> const& rows() const { return rows_; }
    std::size_t o365_dates() const { return static_cast<std::size_t>((o365_ - o365_start).count()) + 1; }

    Step first_day()
    {
        rows_.push_back({"Microsoft Teams", "o365", "reseller", o365_, 0.0});
        rows_.push_back({"OneDrive", "o365", "reseller", o365_, 0.0});
        move_on("crm");
        move_on("o365");
        for (auto& row : rows_) set(row, 16 + below(32));
        return Step::fresh;
    }

    Step next()
    {
        auto const roll = below(100);
        if (roll < 10) return Step::unchanged;
        if (roll < 24) return restate();
        auto const crm_leads_by = (crm_ - o365_).count();
        auto const crm_rests = roll < 32 && crm_leads_by >= 0;
        auto const o365_rests = roll >= 92 && crm_leads_by <= 0;
        if (!crm_rests) move_on("crm");
        if (!o365_rests) move_on("o365");
        return Step::fresh;
    }

private:
    // The distributions of the standard library differ between libraries; the engine does not.
    int below(int limit) { return static_cast<int>(random_() % static_cast<std::uint64_t>(limit)); }

    static int value(UsageRow const& row) { return static_cast<int>(row.prorated_licenses_usage_percent * unit); }

    static void set(UsageRow& row, int value)
    {
        row.prorated_licenses_usage_percent = static_cast<double>(std::clamp(value, 0, unit)) / unit;
    }

    void move_on(std::string_view service)
    {
        auto& date = service == "crm" ? crm_ : o365_;
        date += std::chrono::days{1};
        for (auto& row : rows_) {
            if (row.service_name != service) continue;
            row.processed_date = date;
            set(row, value(row) + below(5) - 2);
        }
    }

    Step restate()
    {
        auto const certain = static_cast<std::size_t>(below(static_cast<int>(rows_.size())));
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            if (i != certain && below(4) != 0) continue;
            auto const old = value(rows_[i]);
            set(rows_[i], old < unit / 2 ? old + 1 + below(4) : old - 1 - below(4));
        }
        return Step::restated;
    }

    std::mt19937_64 random_;
    std::vector<UsageRow> rows_;
    std::chrono::sys_days crm_ = crm_start;
    std::chrono::sys_days o365_ = o365_start;
};

using Key = std::tuple<std::chrono::sys_days, std::string, std::string, std::string>;

Key key_of(UsageRow const& row)
{
    return {row.processed_date, row.service_name, row.workload_name, row.channel};
}

} // namespace

UsageSeries::UsageSeries(std::uint64_t seed, std::size_t dates)
{
    Generator generator{seed};
    auto const add = [&](Step kind) {
        kinds_.push_back(kind);
        answers_.push_back(generator.rows());
    };
    add(Step::sample);
    if (dates > 1) add(generator.first_day());
    while (generator.o365_dates() < dates) add(generator.next());
}

std::vector<UsageRow> const& UsageSeries::rows(std::size_t step) const
{
    return answers_[std::min(step, answers_.size() - 1)];
}

UsageSeries::Step UsageSeries::kind(std::size_t step) const
{
    return step < kinds_.size() ? kinds_[step] : Step::unchanged;
}

std::vector<UsageRow> UsageSeries::history(std::size_t last) const
{
    std::map<Key, UsageRow> newest;
    for (std::size_t step = 0; step <= std::min(last, size() - 1); ++step)
        for (auto const& row : answers_[step]) newest.insert_or_assign(key_of(row), row);
    std::vector<UsageRow> rows;
    for (auto const& [key, row] : newest) rows.push_back(row);
    return rows;
}

std::size_t UsageSeries::revisions(std::size_t last) const
{
    std::size_t count = 0;
    std::map<Key, double> newest;
    for (std::size_t step = 0; step <= std::min(last, size() - 1); ++step)
        for (auto const& row : answers_[step]) {
            auto const value = row.prorated_licenses_usage_percent;
            auto const [place, is_new] = newest.try_emplace(key_of(row), value);
            if (!is_new && place->second != value) ++count;
            place->second = value;
        }
    return count;
}

} // namespace usaged::test
