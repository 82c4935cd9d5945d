#include "tests/storage/store_fixture.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>
#include <doctest/doctest.h>
#include <sqlite3.h>

#include <csignal>
#include <sys/resource.h>
#include <sys/wait.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

std::string const values =
    "SELECT count(*), min(prorated_licenses_usage_percent), max(prorated_licenses_usage_percent),"
    " (SELECT count(*) FROM partner_licenses_usage_revision) FROM partner_licenses_usage";

/// Kills the process after `countdown` more calls: 1,000 steps of SQLite's machine each.
int countdown = 0;

int kill_when_due(void*)
{
    if (--countdown <= 0) ::raise(SIGKILL);
    return 0;
}

int kill_later(sqlite3* connection, char const**, sqlite3_api_routines const*)
{
    sqlite3_progress_handler(connection, 1000, kill_when_due, nullptr);
    return SQLITE_OK;
}

/// Every connection that is made from now on counts down.
void kill_after(int calls)
{
    countdown = calls;
    sqlite3_auto_extension(reinterpret_cast<void (*)()>(kill_later));
}

/// No file can grow beyond `bytes` while it lives: the disk is full.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes)
    {
        ::getrlimit(RLIMIT_FSIZE, &old_);
        auto limit = old_;
        limit.rlim_cur = bytes;
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    FullDisk(FullDisk const&) = delete;
    FullDisk& operator=(FullDisk const&) = delete;
    ~FullDisk() { ::setrlimit(RLIMIT_FSIZE, &old_); }

private:
    rlimit old_{};
    void (*handler_)(int) = std::signal(SIGXFSZ, SIG_IGN);
};

} // namespace

TEST_CASE("after a kill at any moment of a save the database holds the old snapshot or the new one, whole")
{
    TempDir dir;
    int kills = 0;
    for (int const moment : {5, 60, 200, 400, 2000}) {
        CAPTURE(moment);
        auto const database = dir.path() / (std::to_string(moment) + ".db");
        {
            SqliteStore store{database};
            poll(store, {usage_body(many_items(3000, 1))});
        }
        auto const status = in_child([&] {
            kill_after(moment);
            SqliteStore store{database};
            poll(store, {usage_body(many_items(3000, 2))});
        });
        kills += WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
        SqliteStore store{database};
        auto const found = query(database, values);
        CHECK((found == "3000|1.0|1.0|0" || found == "3000|2.0|2.0|3000"));
        CHECK((status != 0 || found == "3000|2.0|2.0|3000"));
        CHECK(poll(store, {usage_body(many_items(3000, 3))}).changed == 3000);
    }
    CHECK(kills >= 3);
}

TEST_CASE("a process that is killed before its first poll leaves a database that opens or none at all")
{
    for (int const moment : {1, 2, 3}) {
        CAPTURE(moment);
        TempDir dir;
        in_child([&] {
            kill_after(moment);
            SqliteStore store{dir.path() / "usage.db"};
        });
        SqliteStore store{dir.path() / "usage.db"};
        CHECK(poll(store, {usage_body({{}})}).inserted == 1);
    }
}

TEST_CASE("a full disk fails the poll with the old rows in place, and the store recovers when there is space")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll(store, {usage_body(many_items(2000, 1))});
    auto const fetched = fetch(store, {usage_body(many_items(20'000, 2))});
    {
        FullDisk full{600'000};
        auto const error = error_of([&] { store.save(fetched.poll, usage(), {}, fetched.snapshot, Timestamp{}); });
        CHECK(error.category() == ErrorCategory::storage);
        CHECK(!error.remedy().empty());
        CHECK(query(database, values) == "2000|1.0|1.0|0");
    }
    CHECK(store.save(fetched.poll, usage(), {}, fetched.snapshot, Timestamp{}).inserted == 18'000);
    CHECK(query(database, values) == "20000|2.0|2.0|2000");
}

TEST_CASE("a database that was removed under the store is reported at every call, and not begun anew")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    fs::remove(dir.path() / "usage.db");
    for (int call = 0; call < 3; ++call) {
        auto const error = error_of([&] { poll(store, {usage_body({{}})}); });
        CHECK(error.category() == ErrorCategory::storage);
        CHECK(!error.remedy().empty());
        CHECK(!fs::exists(dir.path() / "usage.db"));
    }
}

TEST_CASE("a database that was moved away and back is used again, with nothing lost")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll(store, {usage_body({{}})});
    fs::rename(database, dir.path() / "elsewhere");
    CHECK(std::string{error_of([&] { poll(store, {usage_body({{}})}); }).what()}.find("removed or moved") !=
          std::string::npos);
    fs::rename(dir.path() / "elsewhere", database);
    CHECK(poll(store, {usage_body({{}, {.workload = "B"}})}).inserted == 1);
    CHECK(query(database, "SELECT count(*) FROM partner_licenses_usage") == "2");
}

TEST_CASE("a database that was put in the place of the open one is noticed, then used")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    {
        SqliteStore other{dir.path() / "restored.db"};
        poll(other, {usage_body({{.workload = "restored"}})});
    }
    fs::rename(dir.path() / "restored.db", database);
    CHECK_THROWS_AS(poll(store, {usage_body({{}})}), Error);
    poll(store, {usage_body({{}})});
    CHECK(query(database, "SELECT workload_name FROM partner_licenses_usage ORDER BY 1") == "Exchange\nrestored");
}

TEST_CASE("a write-ahead log that was removed is noticed, and its polls are not lost")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll(store, {usage_body({{}})});
    fs::remove(database.string() + "-wal");
    CHECK_THROWS_AS(poll(store, {usage_body({{}})}), Error);
    CHECK(poll(store, {usage_body({{}, {.workload = "B"}})}).inserted == 1);
    CHECK(query(database, "SELECT count(*) FROM partner_licenses_usage") == "2");
}

TEST_CASE("a database behind a symbolic link is used where it is")
{
    TempDir dir;
    fs::create_directory(dir.path() / "data");
    fs::create_directory_symlink(dir.path() / "data", dir.path() / "link");
    {
        SqliteStore store{dir.path() / "link" / "usage.db"};
        poll(store, {usage_body({{}})});
    }
    fs::create_symlink(dir.path() / "data" / "usage.db", dir.path() / "usage.db");
    SqliteStore store{dir.path() / "usage.db"};
    CHECK(poll(store, {usage_body({{}, {.workload = "B"}})}).inserted == 1);
    CHECK(fs::exists(dir.path() / "data" / "usage.db-wal"));
}

TEST_CASE("a lock of another program fails the call in words, and the store recovers when it is gone")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    {
        SQLite::Database other{database.string(), SQLite::OPEN_READWRITE};
        SQLite::Transaction transaction{other, SQLite::TransactionBehavior::IMMEDIATE};
        auto const error = error_of([&] { poll(store, {usage_body({{}})}); });
        CHECK(error.category() == ErrorCategory::storage);
        CHECK(error.remedy().find("lock") != std::string::npos);
    }
    CHECK(poll(store, {usage_body({{}})}).inserted == 1);
}

TEST_CASE("a reader in the middle of a query does not hold up a save")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll(store, {usage_body({{}, {.workload = "B"}})});
    SQLite::Database reader{database.string(), SQLite::OPEN_READONLY};
    SQLite::Statement rows{reader, "SELECT workload_name FROM partner_licenses_usage"};
    REQUIRE(rows.executeStep());
    CHECK(poll(store, {usage_body(many_items(10'000, 1))}).inserted == 10'000);
    REQUIRE(rows.executeStep());
    CHECK(!rows.executeStep()); // still the two rows of its snapshot
}

} // namespace usaged::test
