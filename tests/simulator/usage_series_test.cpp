#include "tests/simulator/usage_series.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>

namespace usaged::test {
namespace {

std::size_t count(UsageSeries const& series, UsageSeries::Step kind)
{
    std::size_t found = 0;
    for (std::size_t step = 0; step < series.size(); ++step)
        if (series.kind(step) == kind) ++found;
    return found;
}

std::set<std::chrono::sys_days> dates_of(UsageSeries const& series, std::string const& service)
{
    std::set<std::chrono::sys_days> dates;
    for (auto const& row : series.history(series.size()))
        if (row.service_name == service) dates.insert(row.processed_date);
    return dates;
}

} // namespace

TEST_CASE("a series starts with the documented sample, byte for byte")
{
    auto const sample = read_file(std::filesystem::path{USAGED_TEST_DATA} / "partner-usage.wire.bin");
    CHECK(usage_body(UsageSeries{7, 1}.rows(0)) == sample);
}

TEST_CASE("the same seed gives the same series, another seed another one")
{
    UsageSeries const series{1, 60};
    UsageSeries const same{1, 60};
    UsageSeries const other{2, 60};
    REQUIRE(series.size() == same.size());
    for (std::size_t step = 0; step < series.size(); ++step) CHECK(series.rows(step) == same.rows(step));
    CHECK(series.rows(1) != other.rows(1));
}

TEST_CASE("sixty dates hold several restated and several unchanged answers, whatever the seed")
{
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
        CAPTURE(seed);
        UsageSeries const series{seed, 60};
        CHECK(count(series, UsageSeries::Step::restated) >= 3);
        CHECK(count(series, UsageSeries::Step::unchanged) >= 2);
        CHECK(series.revisions(series.size()) >= 3);
    }
}

TEST_CASE("every step is what it says it is")
{
    UsageSeries const series{3, 60};
    for (std::size_t step = 1; step < series.size(); ++step) {
        CAPTURE(step);
        auto const before = series.history(step - 1).size();
        auto const after = series.history(step).size();
        auto const replaced = series.revisions(step) - series.revisions(step - 1);
        auto const kind = series.kind(step);
        CHECK((after > before) == (kind == UsageSeries::Step::fresh));
        CHECK((replaced > 0) == (kind == UsageSeries::Step::restated));
        CHECK((series.rows(step) == series.rows(step - 1)) == (kind == UsageSeries::Step::unchanged));
    }
}

TEST_CASE("the days of a service have no gap, and the services are at times processed on different days")
{
    UsageSeries const series{4, 60};
    for (auto const* const service : {"crm", "o365"}) {
        CAPTURE(service);
        auto const dates = dates_of(series, service);
        CHECK((*dates.rbegin() - *dates.begin()).count() + 1 == static_cast<int>(dates.size()));
    }
    std::set<std::chrono::days> leads;
    for (std::size_t step = 0; step < series.size(); ++step)
        leads.insert(series.rows(step).front().processed_date - series.rows(step).back().processed_date);
    CHECK(leads.size() >= 2);
}

TEST_CASE("values stay between 0 and 1 and keys are distinct within an answer")
{
    UsageSeries const series{5, 400};
    for (std::size_t step = 0; step < series.size(); ++step) {
        std::set<std::tuple<std::string, std::string>> keys;
        for (auto const& row : series.rows(step)) {
            CHECK(row.prorated_licenses_usage_percent >= 0.0);
            CHECK(row.prorated_licenses_usage_percent <= 1.0);
            keys.emplace(row.service_name, row.workload_name);
        }
        CHECK(keys.size() == series.rows(step).size());
    }
}

TEST_CASE("a series ends with its last date and stays there")
{
    UsageSeries const series{6, 10};
    CHECK(dates_of(series, "o365").size() == 10);
    CHECK(series.rows(series.size() + 5) == series.rows(series.size() - 1));
}

TEST_CASE("pages hold the rows in order, and all but the last lead on")
{
    auto const rows = many_usage_rows(5, std::chrono::sys_days{std::chrono::year{2020} / 2 / 29});
    auto const pages = usage_pages(rows, 2);
    REQUIRE(pages.size() == 3);
    CHECK(pages[0].find("\"totalCount\":2") != std::string::npos);
    CHECK(pages[1].find("Workload 2") < pages[1].find("Workload 3"));
    CHECK(pages[1].find("/analytics/licenses/usage?page=3") != std::string::npos);
    CHECK(pages[2].find("\"links\"") == std::string::npos);
    CHECK(pages[2].find("2020-02-29T00:00:00+00:00") != std::string::npos);
}

} // namespace usaged::test
