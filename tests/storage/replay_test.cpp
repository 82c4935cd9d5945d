#include "storage/replay.h"
#include "tests/storage/replayed_database.h"

#include <doctest/doctest.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

Dataset const& commercial()
{
    return *find_dataset("licenses_usage");
}

Timestamp day(int number)
{
    return at("2026-07-01T06:00:00Z") + std::chrono::days{number};
}

ReplayOutcome replay(fs::path const& database, Dataset const& dataset, std::optional<PollId> from = std::nullopt,
                     ProgressObserver const& progress = {})
{
    return Replay{database, [] { return at("2026-12-01T00:00:00Z"); }}.run(dataset, from, progress);
}

/// Three polls of the commercial dataset: a new row, a second date, and the first date restated.
fs::path three_polls(TempDir const& dir)
{
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll_dataset(store, commercial(), {commercial_body({{}, {.workload = "SPO"}})}, day(0));
    poll_dataset(store, commercial(), {commercial_body({{.date = "2026-07-02T00:00:00Z"}})}, day(1));
    poll_dataset(store, commercial(), {commercial_body({{.customer_name = "Contoso Ltd", .active = 6}})}, day(2));
    return database;
}

} // namespace

TEST_CASE("a replay of a random history leaves every table and view as it was, byte for byte")
{
    for (std::uint32_t const seed : {0u, 1u, 2u}) {
        CAPTURE(seed);
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        auto const two = datasets().subspan(std::size_t{2} * seed, 2);
        DatasetPair const pair{&two[0], &two[1]};
        make_history(database, seed, 60, pair);
        auto const before = everything(database);
        for (auto const* dataset : pair) {
            CAPTURE(dataset->name);
            auto const revisions = "SELECT count(*) > 20 FROM " + std::string{dataset->name} + "_revision";
            REQUIRE(query(database, revisions) == "1");
            auto const outcome = replay(database, *dataset);
            CHECK(!outcome.repaired);
            CHECK(outcome.polls > 10);
            CHECK((everything(database) == before));
        }
    }
}

TEST_CASE("a replay from any poll of a random history leaves every table and view as it was")
{
    for (std::size_t first = 0; first < datasets().size(); first += 2) {
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        DatasetPair const pair{&datasets()[first], &datasets()[first + 1]};
        make_history(database, 4, 40, pair);
        auto const before = everything(database);
        for (std::int64_t from = 2; from < 36; from += 6) {
            CAPTURE(from);
            for (auto const* dataset : pair) {
                CAPTURE(dataset->name);
                auto const outcome = replay(database, *dataset, PollId{from});
                CHECK(static_cast<std::int64_t>(outcome.from) >= from);
                CHECK(outcome.missing_rows + outcome.missing_revisions == 0);
            }
            CHECK((everything(database) == before));
        }
    }
}

TEST_CASE("a replay restores rows that were changed, removed or added by hand")
{
    struct Case {
        std::string damage;
        std::string dataset;
    };
    Case const cases[] = {
        {"UPDATE partner_licenses_usage SET prorated_licenses_usage_percent = 99", "partner_licenses_usage"},
        {"DELETE FROM partner_licenses_usage WHERE workload_name = 'workload_name1'", "partner_licenses_usage"},
        {"DELETE FROM partner_licenses_usage_revision", "partner_licenses_usage"},
        {"UPDATE licenses_usage_row SET licenses_active = 99, changed_poll_id = (SELECT max(id) FROM poll)",
         "licenses_usage"},
        {"DELETE FROM licenses_usage_row WHERE day % 2 = 0", "licenses_usage"},
        {"INSERT INTO licenses_usage_ended VALUES (9, 9, 9, 9, 1)", "licenses_usage"},
        {"INSERT INTO licenses_usage_row SELECT day + 1, customer, product, workload, 1, 1, NULL, NULL, NULL"
         " FROM licenses_usage_row WHERE true ON CONFLICT DO NOTHING",
         "licenses_usage"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.damage);
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        make_history(database, 5, 30);
        auto const before = everything(database);
        execute(database, each.damage);
        REQUIRE((everything(database) != before));
        CHECK(replay(database, *find_dataset(each.dataset)).repaired);
        CHECK((everything(database) == before));
    }
}

TEST_CASE("a replay is recorded as a poll with what it changed")
{
    TempDir dir;
    auto const database = three_polls(dir);
    std::string const newest = R"(SELECT "trigger", outcome, started_at, rows_received, rows_inserted, rows_changed,)"
                               " rows_unchanged, data_from, data_to FROM poll ORDER BY id DESC LIMIT 1";
    auto const outcome = replay(database, commercial());
    CHECK(static_cast<std::int64_t>(outcome.poll) == 4);
    CHECK(outcome.rows == 4);
    CHECK(query(database, newest) ==
          "replay|unchanged|2026-12-01T00:00:00.000Z|4|0|0|4|2026-07-01T00:00:00Z|2026-07-02T00:00:00Z");
    execute(database, "UPDATE licenses_usage_row SET licenses_active = 99, changed_poll_id = 1");
    replay(database, commercial());
    CHECK(query(database, newest).starts_with("replay|ok|"));
}

TEST_CASE("a replay begins with the oldest poll on whose answers and all later ones are archived")
{
    TempDir dir;
    auto const database = three_polls(dir);
    SqliteStore{database}.drop_expired(day(1), day(1));
    execute(database, "UPDATE licenses_usage_row SET licenses_active = 99, changed_poll_id = 1");
    auto const outcome = replay(database, commercial());
    CHECK(static_cast<std::int64_t>(outcome.from) == 2);
    CHECK(outcome.polls == 2);
    CHECK(query(database, "SELECT workload_code, licenses_active FROM licenses_usage ORDER BY 2") ==
          "EXO|5\nEXO|6\nSPO|99");
}

TEST_CASE("a replay counts what is lost and not archived any more, and does not book it")
{
    struct Case {
        std::string damage;
        std::int64_t rows;
        std::int64_t revisions;
    };
    Case const cases[] = {
        {"SELECT 1", 0, 0},
        {"DELETE FROM licenses_usage_row WHERE workload = 2", 1, 0},
        {"DELETE FROM licenses_usage_row_revision", 0, 1},
        {"DELETE FROM licenses_usage_row; DELETE FROM licenses_usage_row_revision", 1, 1},
    };
    for (auto const& each : cases) {
        CAPTURE(each.damage);
        TempDir dir;
        auto const database = three_polls(dir);
        SqliteStore{database}.drop_expired(day(1), day(1));
        execute(database, each.damage);
        for (int time = 0; time < 2; ++time) {
            auto const outcome = replay(database, commercial());
            CHECK(outcome.missing_rows == each.rows);
            CHECK(outcome.missing_revisions == each.revisions);
        }
        CHECK(query(database, "SELECT min(rows_inserted), min(rows_changed) FROM poll WHERE id > 3") == "0|0");
        CHECK(query(database, "SELECT rows FROM ingest_health") == "3");
    }
}

TEST_CASE("a value that only a revision still holds is put back where its row was removed by hand")
{
    for (auto const* dataset : {&usage(), &commercial()}) {
        CAPTURE(dataset->name);
        auto const table = std::string{dataset->name} + (dataset->compact() ? "_row" : "");
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        SqliteStore store{database};
        std::string const measure{dataset->columns.back().name};
        for (int number = 0; number < 3; ++number)
            poll_dataset(store, *dataset, {body_of(*dataset, {{{measure, std::to_string(number)}}})}, day(number));
        auto const tables = [&] { return query(database, "SELECT * FROM " + table + "_revision, " + table); };
        auto const before = tables();
        store.drop_expired(day(1), day(1));
        execute(database, "DELETE FROM " + table);
        auto const outcome = replay(database, *dataset);
        CHECK(static_cast<std::int64_t>(outcome.from) == 2);
        CHECK(outcome.missing_rows == 0);
        CHECK(tables() == before);
    }
}

TEST_CASE("a replay from a poll whose answers are no longer archived is refused by its number")
{
    TempDir dir;
    auto const database = three_polls(dir);
    SqliteStore{database}.drop_expired(day(1), day(1));
    auto const error = error_of([&] { replay(database, commercial(), PollId{1}); });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(std::string{error.what()} == "licenses_usage: the answers that poll 1 read are no longer archived");
    CHECK(error.remedy().find("storage.raw_payloads.keep") != std::string::npos);
}

TEST_CASE("without any archived answers a replay says which setting decides, and changes nothing")
{
    TempDir dir;
    auto const database = three_polls(dir);
    execute(database, "DELETE FROM raw_payload");
    auto const error = error_of([&] { replay(database, commercial()); });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(error.remedy().find("storage.raw_payloads.keep") != std::string::npos);
    CHECK(query(database, "SELECT count(*) FROM poll") == "3");
}

TEST_CASE("a replay knows what the requests of the archived answers asked for")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    auto const& dataset = *find_dataset("customer_licenses_usage");
    std::string const body =
        R"({"totalCount":1,"items":[{"processedDateTime":"2026-07-01T00:00:00Z","serviceName":"o365",)"
        R"("channel":"reseller","customerName":"Fabrikam","productName":"E5","usagePercent":50,)"
        R"("workloadName":"Exchange","licensesActive":1,"licensesQualified":2}]})";
    {
        SqliteStore store{database};
        auto const poll = store.begin_poll(dataset, Trigger::schedule, day(0));
        Snapshot snapshot;
        snapshot.rows = 2;
        for (auto const* customer : {"a", "b"})
            snapshot.pages.push_back(store.archive_page(poll, snapshot.pages.size(), body, {customer, {}, {}}, day(0)));
        store.save(poll, dataset, {}, snapshot, day(0));
    }
    auto const before = everything(database);
    CHECK(query(database, "SELECT customer_id FROM customer_licenses_usage") == "a\nb");
    CHECK(replay(database, dataset).rows == 2);
    CHECK((everything(database) == before));
}

TEST_CASE("a replay of a dataset that no poll has stored anything of does nothing")
{
    TempDir dir;
    auto const database = three_polls(dir);
    CHECK(replay(database, usage()).polls == 0);
    CHECK(query(database, "SELECT count(*) FROM poll") == "3");
    CHECK(error_of([&] { replay(database, usage(), PollId{1}); }).category() == ErrorCategory::storage);
}

TEST_CASE("an archived answer that is damaged or cannot be read any more fails the replay, and nothing is changed")
{
    struct Case {
        std::string damage;
        ErrorCategory category;
    };
    Case const cases[] = {
        {"UPDATE raw_payload SET zstd = x'00112233' WHERE id = 2", ErrorCategory::storage},
        {"UPDATE raw_payload SET (zstd, bytes) = (SELECT zstd, bytes FROM raw_payload WHERE id = 4) WHERE id = 2",
         ErrorCategory::storage},
        {"UPDATE poll_page SET sha256 = (SELECT sha256 FROM raw_payload WHERE"
         " id = 4) WHERE poll_id = 2",
         ErrorCategory::data},
    };
    for (auto const& each : cases) {
        CAPTURE(each.damage);
        TempDir dir;
        auto const database = three_polls(dir);
        {
            SqliteStore store{database};
            poll_dataset(store, usage(), {usage_body({{}})}, day(3));
        }
        execute(database, each.damage);
        auto const before = everything(database);
        auto const error = error_of([&] { replay(database, commercial()); });
        CHECK(error.category() == each.category);
        CHECK(std::string{error.what()}.starts_with("licenses_usage: poll 2, page 1: "));
        CHECK(!error.remedy().empty());
        CHECK((everything(database) == before));
        CHECK(query(database, R"(SELECT count(*) FROM poll WHERE "trigger" = 'replay')") == "0");
    }
}

TEST_CASE("after a replay an unchanged snapshot is still known as such")
{
    TempDir dir;
    auto const database = three_polls(dir);
    replay(database, commercial());
    SqliteStore store{database};
    poll_dataset(store, commercial(), {commercial_body({{.customer_name = "Contoso Ltd", .active = 6}})}, day(3));
    CHECK(query(database, "SELECT outcome, rows_unchanged FROM poll ORDER BY id DESC LIMIT 1") == "unchanged|1");
}

TEST_CASE("a replay tells how many of the archived pages are done")
{
    TempDir dir;
    auto const database = three_polls(dir);
    std::vector<std::int64_t> done;
    replay(database, commercial(), std::nullopt, [&](Progress const& progress) {
        CHECK(progress.total == 3);
        done.push_back(progress.done);
    });
    CHECK((done == std::vector<std::int64_t>{1, 2, 3}));
}

} // namespace usaged::test
