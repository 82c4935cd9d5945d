#include "migrations/migrations.h"
#include "storage/schema.h"
#include "tests/storage/store_fixture.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <doctest/doctest.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

/// A database as the usaged that knew the first `count` migrations would have left it.
void make_old_database(fs::path const& file, std::size_t count)
{
    SQLite::Database database{file.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE};
    migrate(database, sqlite_migrations().first(count));
    database.exec("PRAGMA journal_mode = WAL");
    database.exec(R"(INSERT INTO poll (dataset, "trigger", started_at, finished_at, outcome)
                     VALUES ('partner_licenses_usage', 'manual', '2026-07-01T00:00:00Z', '2026-07-01T00:00:01Z', 'ok'))");
    if (count >= 2)
        database.exec("INSERT INTO partner_licenses_usage"
                      " VALUES ('2026-07-01T00:00:00Z', 'o365', 'Old', 'reseller', 1, NULL, 1, 1)");
    if (count >= 4)
        database.exec("INSERT INTO partner_licenses_deployment"
                      " VALUES ('2026-07-01T00:00:00Z', 'old', 'reseller', 1, 2, NULL, 1, 1)");
    if (count >= 7)
        database.exec("INSERT INTO licenses_usage_service VALUES (1, 1, 'o365', 'reseller', 'Office');"
                      "INSERT INTO licenses_usage_day VALUES (1, '2026-07-01T00:00:00Z', 1, 1, 1);"
                      "INSERT INTO licenses_usage_customer VALUES (1, 1, 'c', 'Old');"
                      "INSERT INTO licenses_usage_product VALUES (1, 1, 'p', 'E3');"
                      "INSERT INTO licenses_usage_workload VALUES (1, 1, 'EXO', 'Exchange');"
                      "INSERT INTO licenses_usage_row VALUES (1, 1, 1, 1, 3, 4, NULL, NULL, NULL)");
}

std::string schema_of(fs::path const& database)
{
    return query(database, "SELECT type, name, sql FROM sqlite_schema ORDER BY 1, 2");
}

} // namespace

TEST_CASE("migrations are numbered from 1 without gaps")
{
    int number = 0;
    for (auto const& migration : sqlite_migrations()) CHECK(migration.number == ++number);
    CHECK(number >= 8);
}

TEST_CASE("a database of every older version is migrated, with its rows kept")
{
    TempDir dir;
    SqliteStore const new_store{dir.path() / "new.db"};
    for (std::size_t version = 1; version <= sqlite_migrations().size(); ++version) {
        CAPTURE(version);
        auto const database = dir.path() / (std::to_string(version) + ".db");
        make_old_database(database, version);
        SqliteStore store{database};
        CHECK(schema_of(database) == schema_of(dir.path() / "new.db"));
        CHECK(query(database, "SELECT started_at FROM poll") == "2026-07-01T00:00:00Z");
        if (version >= 2) CHECK(query(database, "SELECT workload_name FROM partner_licenses_usage") == "Old");
        if (version >= 4) CHECK(query(database, "SELECT service_name FROM partner_licenses_deployment") == "old");
        if (version >= 7) CHECK(query(database, "SELECT customer_name FROM latest_licenses_usage") == "Old");
        for (auto const& dataset : datasets()) CHECK(poll(store, dataset, {body_of(dataset, {{}})}).inserted == 1);
    }
}

TEST_CASE("a migration that fails leaves nothing of itself or of those before it")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    make_old_database(database, 1);
    auto const before = schema_of(database);
    std::vector<Migration> migrations{sqlite_migrations().begin(), sqlite_migrations().end()};
    auto const next = static_cast<int>(migrations.size()) + 1;
    migrations.push_back({next, "0099_fail", "CREATE TABLE half (x); INSERT INTO missing VALUES (1);"});
    SQLite::Database connection{database.string(), SQLite::OPEN_READWRITE};
    CHECK_THROWS_AS(migrate(connection, migrations), SQLite::Exception);
    CHECK(schema_version(connection) == 1);
    CHECK(schema_of(database) == before);
}

TEST_CASE("a database says whose it is and which version it has")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    CHECK(query(dir.path() / "usage.db", "PRAGMA application_id") == std::to_string(0x55534744));
    CHECK(query(dir.path() / "usage.db", "PRAGMA user_version") == std::to_string(sqlite_migrations().back().number));
    CHECK(query(dir.path() / "usage.db", "PRAGMA journal_mode") == "wal");
}

} // namespace usaged::test
