#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {

namespace {

std::string const rows_of_usage = "SELECT processed_date_time, service_name, workload_name, channel,"
                                  " prorated_licenses_usage_percent, extra, first_poll_id, changed_poll_id"
                                  " FROM partner_licenses_usage ORDER BY 1, 2, 3, 4";

} // namespace

TEST_CASE("a saved row holds the service's values and the poll that brought it")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const outcome = poll(
        store, {usage_body({{"2026-07-01T02:00:00.50+02:00", "crm", "Share\xc2\xa0Point", 12.5, R"(,"new":[1])"}})});
    CHECK(outcome.outcome == Outcome::ok);
    CHECK(outcome.inserted == 1);
    CHECK(query(dir.path() / "usage.db", rows_of_usage) ==
          "2026-07-01T00:00:00.5Z|crm|Share\xc2\xa0Point|reseller|12.5|{\"new\":[1]}|1|1");
}

TEST_CASE("the poll's row tells what the snapshot held and what it did")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}, {.workload = "SharePoint"}})});
    poll(store, {usage_body({{.percent = 51}, {.workload = "SharePoint"}, {.workload = "Teams"}})}, Trigger::manual,
         at("2026-07-03T06:00:00.125Z"));
    CHECK(query(dir.path() / "usage.db",
                R"(SELECT dataset, "trigger", started_at, finished_at, outcome, degraded, rows_received, rows_inserted,
                   rows_changed, rows_unchanged, data_from, data_to FROM poll WHERE id = 2)") ==
          "partner_licenses_usage|manual|2026-07-03T06:00:00.125Z|2026-07-03T06:00:01.125Z|ok||3|1|1|1|"
          "2026-07-01T00:00:00Z|2026-07-01T00:00:00Z");
}

TEST_CASE("a snapshot of the same pages is unchanged and writes no page of the dataset's table")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    auto const body = usage_body(many_items(500, 50));
    {
        SqliteStore store{database};
        poll(store, {body});
    }
    auto const before = query(database, rows_of_usage);
    SqliteStore store{database};
    auto const outcome = poll(store, {body});
    CHECK(outcome.outcome == Outcome::unchanged);
    CHECK(outcome.unchanged == 500);
    CHECK(logged_pages(database, usage()) == 0);
    CHECK(query(database, rows_of_usage) == before);
}

TEST_CASE("rows that did not change are not written, even if the pages differ")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    {
        SqliteStore store{database};
        poll(store, {usage_body({{}, {.workload = "SharePoint"}})});
    }
    SqliteStore store{database};
    auto const outcome = poll(store, {usage_body({{.workload = "SharePoint"}, {}})});
    CHECK(outcome.outcome == Outcome::unchanged);
    CHECK(outcome.unchanged == 2);
    CHECK(logged_pages(database, usage()) == 0);
}

TEST_CASE("a restated value keeps the old one as a revision, dated by the poll that replaced it")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{.percent = 50, .more = R"(,"a":1)"}})});
    auto const outcome = poll(store, {usage_body({{.percent = 51}})}, Trigger::schedule, at("2026-07-03T06:00:00Z"));
    CHECK(outcome.changed == 1);
    CHECK(outcome.inserted == 0);
    CHECK(query(dir.path() / "usage.db", rows_of_usage) == "2026-07-01T00:00:00Z|o365|Exchange|reseller|51.0||1|2");
    CHECK(query(dir.path() / "usage.db", "SELECT * FROM partner_licenses_usage_revision") ==
          "2026-07-01T00:00:00Z|o365|Exchange|reseller|50.0|{\"a\":1}|1|2|2026-07-03T06:00:00.000Z");
}

TEST_CASE("inserted, changed and unchanged rows are told apart in one snapshot of several dates")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    std::string const old_date = "2026-07-01T00:00:00Z";
    std::string const new_date = "2026-07-02T00:00:00Z";
    poll(store, {usage_body({{.date = old_date, .percent = 1}, {.date = old_date, .workload = "B", .percent = 2}})});
    auto const outcome =
        poll(store, {usage_body({{.date = old_date, .percent = 1}, {.date = old_date, .workload = "B", .percent = 3}}),
                     usage_body({{.date = old_date, .workload = "C", .percent = 4},
                                 {.date = new_date, .percent = 5},
                                 {.date = new_date, .workload = "B", .percent = 6}})});
    CHECK(outcome.inserted == 3);
    CHECK(outcome.changed == 1);
    CHECK(outcome.unchanged == 1);
}

TEST_CASE("a row that stands twice in a snapshot is stored once")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto fetched = fetch(store, {usage_body({{}, {}}), usage_body({{}})});
    fetched.snapshot.repeated = 2;
    auto const outcome = store.save(fetched.poll, usage(), {}, fetched.snapshot, at("2026-07-02T06:00:01Z"));
    CHECK(outcome.inserted == 1);
    CHECK(outcome.changed == 0);
    CHECK(outcome.unchanged == 0);
    CHECK(query(dir.path() / "usage.db", "SELECT rows_received FROM poll") == "3");
}

TEST_CASE("an empty snapshot ends its poll as empty and leaves the rows")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}})});
    auto fetched = fetch(store, {usage_body({})});
    fetched.snapshot.degraded = "0 rows";
    auto const outcome = store.save(fetched.poll, usage(), {}, fetched.snapshot, at("2026-07-03T06:00:00Z"));
    CHECK(outcome.outcome == Outcome::empty);
    CHECK(query(dir.path() / "usage.db", "SELECT count(*) FROM partner_licenses_usage") == "1");
    CHECK(query(dir.path() / "usage.db", "SELECT outcome, degraded FROM poll WHERE id = 2") == "empty|0 rows");
}

TEST_CASE("a snapshot that was replaced by another one is applied again when it comes back")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const first = usage_body({{.percent = 1}});
    poll(store, {first});
    poll(store, {usage_body({{.percent = 2}})});
    CHECK(poll(store, {first}).changed == 1);
    CHECK(query(dir.path() / "usage.db", "SELECT prorated_licenses_usage_percent FROM partner_licenses_usage") ==
          "1.0");
}

TEST_CASE("a failed poll leaves the rows and tells why it failed")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll(store, {usage_body({{}})});
    auto const before = query(database, rows_of_usage);
    auto const fetched = fetch(store, {usage_body({{.percent = 99}})});
    store.fail_poll(fetched.poll, Error{ErrorCategory::http, "the server says 503"}, at("2026-07-03T06:00:00Z"));
    CHECK(query(database, rows_of_usage) == before);
    CHECK(query(database, "SELECT outcome, error_category, error_message, finished_at FROM poll WHERE id = 2") ==
          "failed|http|the server says 503|2026-07-03T06:00:00.000Z");
}

TEST_CASE("a page that cannot be decoded rolls the whole snapshot back")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto fetched = fetch(store, {usage_body({{}})});
    fetched.snapshot.pages.push_back(store.archive_page(fetched.poll, 1, "{}", {}, at("2026-07-02T06:00:00Z")));
    auto const error = error_of([&] { store.save(fetched.poll, usage(), {}, fetched.snapshot, Timestamp{}); });
    CHECK(error.category() == ErrorCategory::data);
    CHECK(query(database, "SELECT count(*) FROM partner_licenses_usage") == "0");
    store.fail_poll(fetched.poll, error, at("2026-07-02T06:00:01Z"));
    CHECK(query(database, "SELECT outcome FROM poll") == "failed");
}

TEST_CASE("a large snapshot leaves a short write-ahead log")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    CHECK(poll(store, {usage_body(many_items(60'000, 50))}).inserted == 60'000);
    CHECK(std::filesystem::file_size(dir.path() / "usage.db-wal") <= 4u << 20);
}

} // namespace usaged::test
