#include "migrations/migrations.h"
#include "storage/reports.h"
#include "tests/storage/replayed_database.h"

#include <doctest/doctest.h>

#include <csignal>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

constexpr uid_t nobody = 65534;

/// Whether a user who may read the database, but not write it or its directory, finds the one row in it.
bool reader_finds_the_row(fs::path const& database)
{
    ::chmod(database.parent_path().c_str(), 0755);
    for (auto const* suffix : {"", "-wal", "-shm"}) ::chmod((database.string() + suffix).c_str(), 0644);
    return in_child([&] {
               // Without root's powers, or as the user that made the files, it is a lesser test.
               if (::geteuid() == 0 && (::setgid(nobody) != 0 || ::setuid(nobody) != 0)) ::_exit(2);
               if (Reports{database}.dataset(usage()).rows != 1) ::_exit(3);
           }) == 0;
}

} // namespace

TEST_CASE("a reader without the right to write finds the rows while the writer has the database open")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}})});
    CHECK(reader_finds_the_row(dir.path() / "usage.db"));
}

TEST_CASE("a reader without the right to write finds the rows after the writer has stopped")
{
    TempDir dir;
    {
        SqliteStore store{dir.path() / "usage.db"};
        poll(store, {usage_body({{}})});
    }
    CHECK(reader_finds_the_row(dir.path() / "usage.db"));
}

TEST_CASE("a reader without the right to write finds the rows after the writer was killed")
{
    TempDir dir;
    in_child([&] {
        SqliteStore store{dir.path() / "usage.db"};
        poll(store, {usage_body({{}})});
        ::raise(SIGKILL);
    });
    REQUIRE(fs::file_size(dir.path() / "usage.db-wal") > 0);
    CHECK(reader_finds_the_row(dir.path() / "usage.db"));
}

TEST_CASE("a reader finds the rows of a copy that has no write-ahead log")
{
    TempDir dir;
    {
        SqliteStore store{dir.path() / "usage.db"};
        poll(store, {usage_body({{}})});
    }
    fs::copy_file(dir.path() / "usage.db", dir.path() / "copy.db");
    CHECK(reader_finds_the_row(dir.path() / "copy.db"));
    CHECK(!fs::exists(dir.path() / "copy.db-wal"));
}

TEST_CASE("a database that is not there is reported in words and not made")
{
    TempDir dir;
    auto const error = error_of([&] { Reports{dir.path() / "usage.db"}; });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(std::string{error.what()}.find("there is no database yet") != std::string::npos);
    CHECK(fs::is_empty(dir.path()));
}

TEST_CASE("a report tells the last poll, the last success and the last error of a dataset")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}, {.workload = "B"}})});
    failed_poll(store, at("2026-07-03T06:00:00Z"), Error{ErrorCategory::tls, "expired"});
    auto const stopped = store.begin_poll(usage(), Trigger::manual, at("2026-07-04T06:00:00Z"));
    store.stop_poll(stopped, at("2026-07-04T06:00:01Z"));
    auto const report = Reports{dir.path() / "usage.db"}.dataset(usage());
    CHECK(report.last_poll.value().error_category == "stopped");
    CHECK(report.last_success.value().outcome == "ok");
    CHECK(report.last_success.value().rows_received == 2);
    CHECK(report.last_error.value().error_message == "expired");
    CHECK(report.last_error.value().finished_at == at("2026-07-03T06:00:00Z"));
    CHECK(report.rows == 2);
    CHECK(report.data_to == "2026-07-01T00:00:00Z");
    CHECK(report.history.failures == 1);
}

TEST_CASE("a report leaves backfill and replay out of the polls, but not out of the rows")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}})});
    poll(store, {usage_body({{.date = "2026-06-01T00:00:00Z"}})}, Trigger::backfill);
    auto const backfill = store.begin_poll(usage(), Trigger::backfill, at("2026-07-04T06:00:00Z"));
    store.fail_poll(backfill, Error{ErrorCategory::http, "not served"}, at("2026-07-04T06:00:01Z"));
    auto const report = Reports{dir.path() / "usage.db"}.dataset(usage());
    CHECK(report.last_poll.value().id == 1);
    CHECK(report.last_success.value().id == 1);
    CHECK(!report.last_error);
    CHECK(report.rows == 2);
}

TEST_CASE("a report tells the customers that the last snapshot lacks, not those of an earlier one")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    for (auto const* id : {"left out before", "b"}) {
        auto fetched = fetch(store, {usage_body({{}})});
        fetched.snapshot.skipped = {{id, "Contoso", "no relationship"}};
        store.save(fetched.poll, usage(), {}, fetched.snapshot, at("2026-07-02T06:00:00Z"));
    }
    failed_poll(store, at("2026-07-03T06:00:00Z"), Error{ErrorCategory::tls, "expired"});
    auto const skipped = Reports{dir.path() / "usage.db"}.dataset(usage()).skipped;
    REQUIRE(skipped.size() == 1);
    CHECK(skipped.front().customer_id == "b");
    CHECK(skipped.front().customer_name == "Contoso");
    CHECK(skipped.front().reason == "no relationship");
}

TEST_CASE("a report tells the newest date of a dataset that keeps its dates in a table of their own")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const& dataset = *find_dataset("licenses_usage");
    poll_dataset(store, dataset, {commercial_body({{}, {.date = "2026-07-02T00:00:00Z"}})}, at("2026-07-02T06:00:00Z"));
    auto const report = Reports{dir.path() / "usage.db"}.dataset(dataset);
    CHECK(report.rows == 2);
    CHECK(report.data_to == "2026-07-02T00:00:00Z");
}

TEST_CASE("a report knows the dataset of a poll")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}})});
    Reports reports{dir.path() / "usage.db"};
    CHECK(reports.dataset_of(1) == "partner_licenses_usage");
    CHECK(!reports.dataset_of(2));
}

TEST_CASE("a report tells the newest token event of a kind")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    store.record_token_event({"rotated", "first", at("2026-07-01T00:00:00Z")});
    store.record_token_event({"rotated", "second", at("2026-07-02T00:00:00Z")});
    store.record_token_event({"refused", "invalid_grant", at("2026-07-03T00:00:00Z")});
    Reports reports{dir.path() / "usage.db"};
    CHECK(reports.last_token_event("rotated").value().detail == "second");
    CHECK(reports.last_token_event("refused").value().at == at("2026-07-03T00:00:00Z"));
    CHECK(!reports.last_token_event("obtained"));
}

TEST_CASE("a report of an older database gives its version and changes nothing")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    execute(database, std::string{sqlite_migrations().front().sql} +
                          "PRAGMA application_id = 0x55534744; PRAGMA user_version = 1");
    auto const before = contents(dir.path());
    Reports reports{database};
    CHECK(reports.schema_version() == 1);
    CHECK(reports.dataset(usage()).rows == 0);
    CHECK((contents(dir.path()) == before));
}

TEST_CASE("a report of a failure says since when polls fail, with the ids of the request and what to do")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}})});
    failed_poll(store, at("2026-07-03T06:00:00Z"), Error{ErrorCategory::tls, "expired", "renew it"});
    auto const second = store.begin_poll(usage(), Trigger::schedule, at("2026-07-04T06:00:00Z"));
    CallIds ids;
    ids.request_id = "request";
    ids.correlation_id = "correlation";
    Error failure{ErrorCategory::data, "no rows", "wait"};
    failure.ids(ids);
    store.fail_poll(second, failure, at("2026-07-04T06:00:01Z"));
    auto const report = Reports{dir.path() / "usage.db"}.dataset(usage());
    CHECK(report.failing_since == at("2026-07-03T06:00:00Z"));
    CHECK(report.last_error.value().error_remedy == "wait");
    CHECK(report.last_error.value().request_id == "request");
    CHECK(report.last_error.value().correlation_id == "correlation");
    poll(store, {usage_body({{}})});
    CHECK(!Reports{dir.path() / "usage.db"}.dataset(usage()).failing_since);
}

TEST_CASE("a failure that an older version recorded has no remedy")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    execute(
        database,
        std::string{sqlite_migrations().front().sql} +
            "INSERT INTO poll (dataset, \"trigger\", started_at, finished_at, outcome, error_category, error_message)"
            " VALUES ('partner_licenses_usage', 'schedule', '2026-07-03T06:00:00Z', '2026-07-03T06:00:01Z', 'failed',"
            " 'tls', 'expired'); PRAGMA application_id = 0x55534744; PRAGMA user_version = 1");
    auto const report = Reports{database}.dataset(usage());
    CHECK(report.last_error.value().error_message == "expired");
    CHECK(report.last_error.value().error_remedy.empty());
}

} // namespace usaged::test
