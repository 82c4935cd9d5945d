#include "tests/storage/replayed_database.h"

#include <doctest/doctest.h>

#include <chrono>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

using namespace std::chrono_literals;

/// Rows of the dataset on the given days of July, one service each.
void poll_days(SqliteStore& store, std::vector<std::pair<std::string, std::string>> const& days_and_services)
{
    std::vector<UsageItem> items;
    for (auto const& [day, service] : days_and_services) items.push_back({"2026-07-" + day + "T00:00:00Z", service});
    poll(store, {usage_body(items)});
}

std::string customer_body(std::string const& workload, int active, int qualified)
{
    return R"({"totalCount":1,"items":[{"processedDateTime":"2026-07-01T00:00:00Z","serviceName":"o365",)"
           R"("channel":"reseller","customerId":"33333333-0000-0000-0000-000000000001","customerName":"Fabrikam",)"
           R"("productName":"E5","usagePercent":50,"workloadName":")" +
           workload + R"(","licensesActive":)" + std::to_string(active) + R"(,"licensesQualified":)" +
           std::to_string(qualified) + "}]}";
}

bool holds(std::string const& text, std::string const& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("coverage counts the dates of each service up to the newest one of the dataset and lists the gaps")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    CHECK(query(database, "SELECT * FROM coverage").empty());
    poll_days(store, {{"01", "o365"}, {"02", "o365"}, {"05", "o365"}, {"07", "o365"}, {"02", "crm"}, {"03", "crm"}});
    CHECK(query(database, "SELECT * FROM coverage") ==
          "partner_licenses_usage|crm|2026-07-02|2026-07-03|6|2|4|"
          R"([{"from":"2026-07-04","to":"2026-07-07","days":4}])"
          "\n"
          "partner_licenses_usage|o365|2026-07-01|2026-07-07|7|4|3|"
          R"([{"from":"2026-07-03","to":"2026-07-04","days":2},{"from":"2026-07-06","to":"2026-07-06","days":1}])");
}

TEST_CASE("coverage of a service without a gap is an empty list")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll_days(store, {{"01", "o365"}, {"02", "o365"}});
    CHECK(query(database, "SELECT expected_dates, present_dates, missing_dates, gaps FROM coverage") == "2|2|0|[]");
    CHECK(query(database, "SELECT count(*) FROM coverage_gap") == "0");
}

TEST_CASE("coverage counts a date once, however many times of day, channels and names of a service it has")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll_dataset(store, *find_dataset("licenses_usage"),
                 {commercial_body({{.date = "2026-07-01T00:00:00Z"},
                                   {.date = "2026-07-01T06:30:00Z"},
                                   {.date = "2026-07-02T00:00:00Z", .service_name = "Exchange"}})},
                 at("2026-07-03T00:00:00Z"));
    CHECK(query(database, "SELECT dataset, service, expected_dates, present_dates FROM coverage") ==
          "licenses_usage|O365|2|2");
}

TEST_CASE("coverage_gap has a row for each gap")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll_days(store, {{"01", "o365"}, {"04", "o365"}, {"06", "o365"}});
    CHECK(query(database, "SELECT * FROM coverage_gap ORDER BY gap_from") ==
          "partner_licenses_usage|o365|2026-07-02|2026-07-03|2\n"
          "partner_licenses_usage|o365|2026-07-05|2026-07-05|1");
}

TEST_CASE("unused_licenses shows the rows of the newest date of every dataset with customers")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll_dataset(store, *find_dataset("customer_licenses_usage"), {customer_body("Exchange", 4, 10)},
                 at("2026-07-02T00:00:00Z"));
    poll_dataset(store, *find_dataset("licenses_usage"),
                 {commercial_body({{.active = 1}, {.date = "2026-07-02T00:00:00Z", .active = 12}})},
                 at("2026-07-02T00:00:00Z"));
    CHECK(query(database, "SELECT * FROM unused_licenses ORDER BY dataset") ==
          "customer_licenses_usage|2026-07-01T00:00:00Z|33333333-0000-0000-0000-000000000001|Fabrikam||E5|o365|"
          "Exchange|reseller|10|4|6\n"
          "licenses_usage|2026-07-02T00:00:00Z|11111111-0000-0000-0000-000000000001|Contoso|"
          "22222222-0000-0000-0000-000000000001|Business Basic|O365|EXO of Microsoft|Reseller|10|12|-2");
}

TEST_CASE("a condition on the customer of unused_licenses reaches the indexes")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const steps =
        query(dir.path() / "usage.db", "EXPLAIN QUERY PLAN SELECT * FROM unused_licenses WHERE customer_id = 'x'");
    CAPTURE(steps);
    CHECK(!holds(steps, "SCAN ended"));
    CHECK(!holds(steps, "SCAN row"));
    CHECK(holds(steps, "SEARCH customer USING COVERING INDEX"));
    CHECK(holds(steps, "SEARCH row USING PRIMARY KEY (day=? AND customer=?)"));
}

TEST_CASE("unused_licenses leaves out what is not reported any more, by service")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const july = [](int day) { return "2026-07-0" + std::to_string(day) + "T00:00:00Z"; };
    for (auto const& dataset : datasets()) {
        if (!dataset.compact()) continue;
        auto const service = dataset.columns[1].name;
        auto const customer = dataset.columns[3].name;
        poll(store, dataset,
             {body_of(dataset, {{{"processed_date_time", july(1)}, {customer, "left"}},
                                {{"processed_date_time", july(1)}, {customer, "stayed"}, {service, "slow"}},
                                {{"processed_date_time", july(2)}, {customer, "stayed"}}})});
    }
    CHECK(query(database, "SELECT count(DISTINCT dataset), count(*) FROM unused_licenses") == "4|8");
    CHECK(query(database, "SELECT DISTINCT customer_id, date(processed_date_time) FROM unused_licenses ORDER BY 2") ==
          "stayed|2026-07-01\nstayed|2026-07-02");
}

TEST_CASE("ingest_health tells the newest poll, success and error of each dataset that was polled")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    CHECK(query(database, "SELECT * FROM ingest_health").empty());
    poll(store, {usage_body({{}, {.workload = "B", .more = R"(,"tier":1)"}})});
    failed_poll(store, at("2026-07-03T06:00:00Z"), Error{ErrorCategory::http, "busy"});
    failed_poll(store, at("2026-07-04T06:00:00Z"), Error{ErrorCategory::tls, "expired"});
    store.stop_poll(store.begin_poll(usage(), Trigger::manual, at("2026-07-05T06:00:00Z")), at("2026-07-05T06:00:01Z"));
    CHECK(query(database,
                "SELECT dataset, last_poll_id, last_poll_at, last_outcome, last_success_at, degraded, data_to,"
                " rows FROM ingest_health") ==
          "partner_licenses_usage|4|2026-07-05T06:00:00.000Z|failed|2026-07-02T06:00:00.000Z||2026-07-01T00:00:00Z|2");
    CHECK(
        query(database, "SELECT last_error_at, last_error_category, last_error_message, failures FROM ingest_health") ==
        "2026-07-04T06:00:00.000Z|tls|expired|2");
}

TEST_CASE("ingest_health counts neither backfill nor replay among the polls, but their rows and dates")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll(store, {usage_body({{}})});
    poll(store, {usage_body({{.date = "2026-07-09T00:00:00Z"}})}, Trigger::backfill, at("2026-07-03T06:00:00Z"));
    auto const backfill = store.begin_poll(usage(), Trigger::backfill, at("2026-07-04T06:00:00Z"));
    store.fail_poll(backfill, Error{ErrorCategory::http, "not served"}, at("2026-07-04T06:00:01Z"));
    CHECK(query(database, "SELECT last_poll_id, last_outcome, failures, last_error_at IS NULL, rows, data_to"
                          " FROM ingest_health") == "1|ok|0|1|2|2026-07-09T00:00:00Z");
}

TEST_CASE("ingest_health counts new fields, and the customers that the last snapshot lacks")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const& dataset = *find_dataset("customer_licenses_usage");
    for (auto const skipped : {2, 1}) {
        auto const poll = store.begin_poll(dataset, Trigger::schedule, at("2026-07-02T00:00:00Z"));
        Snapshot snapshot;
        snapshot.rows = 1;
        snapshot.pages = {store.archive_page(poll, 0, customer_body("Exchange", 4, skipped), {}, Timestamp{})};
        snapshot.unknown_fields = {"tier"};
        snapshot.degraded = "shrunk";
        for (int i = 0; i < skipped; ++i) snapshot.skipped.push_back({std::to_string(i), "", "refused"});
        store.save(poll, dataset, {}, snapshot, at("2026-07-02T00:00:01Z"));
    }
    CHECK(query(database, "SELECT new_fields, skipped_customers, degraded FROM ingest_health") == "1|1|shrunk");
}

} // namespace usaged::test
