#include "daemon/command/command.h"
#include "daemon/command/counted.h"
#include "daemon/command/poll_report.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

Config configured(std::vector<std::string_view> const& names)
{
    Config config;
    for (auto const name : names) config.datasets.push_back({find_dataset(name), {}, {}});
    return config;
}

} // namespace

TEST_CASE("the report of a poll tells rows and customers")
{
    PollResult result;
    result.snapshot.rows = 1;
    result.saved.outcome = Outcome::ok;
    result.saved.inserted = 1;
    CHECK(poll_report(result) == "ok, 1 row: 1 inserted, 0 changed, 0 unchanged");
    result.snapshot.rows = 5;
    result.saved.changed = 3;
    result.saved.unchanged = 1;
    result.snapshot.skipped = {{"a", "Contoso", "403"}, {"b", "", "404"}};
    CHECK(poll_report(result) == "ok, 5 rows: 1 inserted, 3 changed, 1 unchanged, 2 customers left out");
}

TEST_CASE("what is counted stands in the singular or the plural")
{
    CHECK(counted(0, "row") == "0 rows");
    CHECK(counted(1, "row") == "1 row");
    CHECK(counted(2, "row") == "2 rows");
}

TEST_CASE("the customers that are left out are told as far as there are some")
{
    Snapshot snapshot;
    CHECK(customers_left_out(snapshot).empty());
    snapshot.skipped = {{"a", "Contoso", "403"}};
    CHECK(customers_left_out(snapshot) == ", 1 customer left out");
}

TEST_CASE("the dates of a snapshot are told as far as there are some")
{
    Snapshot snapshot;
    CHECK(data_dates(snapshot).empty());
    snapshot.data_from = snapshot.data_to = "2026-07-01T00:00:00Z";
    CHECK(data_dates(snapshot) == ", data of 2026-07-01T00:00:00Z");
    snapshot.data_to = "2026-07-02T00:00:00Z";
    CHECK(data_dates(snapshot) == ", data of 2026-07-01T00:00:00Z to 2026-07-02T00:00:00Z");
}

TEST_CASE("datasets are chosen in the order of the configuration")
{
    auto const config = configured({"licenses_usage", "partner_licenses_usage", "licenses_deployment"});
    CHECK(chosen_datasets(config, {}, "fetch").size() == 3);
    auto const chosen = chosen_datasets(config, {"licenses_deployment", "licenses_usage"}, "fetch");
    REQUIRE(chosen.size() == 2);
    CHECK(chosen[0]->name == "licenses_usage");
    CHECK(chosen[1]->name == "licenses_deployment");
}

TEST_CASE("a dataset that is not configured is named")
{
    CHECK_THROWS_WITH_AS(chosen_datasets(configured({"licenses_usage"}), {"licences_usage"}, "backfill"),
                         "the dataset licences_usage is not configured; the configuration names the datasets to "
                         "backfill under `datasets`",
                         UsageError);
}

} // namespace usaged::test
