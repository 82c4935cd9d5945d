#include "tests/process/installation.h"
#include "tests/process/small_file_system.h"

#include <doctest/doctest.h>
#include <sqlite3.h>

#include <csignal>
#include <filesystem>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

void execute(fs::path const& database, char const* sql)
{
    sqlite3* connection = nullptr;
    REQUIRE(sqlite3_open(database.c_str(), &connection) == SQLITE_OK);
    CHECK(sqlite3_exec(connection, sql, nullptr, nullptr, nullptr) == SQLITE_OK);
    sqlite3_close(connection);
}

/// Neither fetch nor run touches the database, and each says why it ends.
void check_refused(Installation const& site, std::string const& complaint)
{
    auto const bytes = read_file(site.database());
    for (auto const* command : {"fetch", "run", "migrate"}) {
        CAPTURE(command);
        auto const ended = site.usaged({command});
        CHECK(ended.status == 74);
        CAPTURE(ended.log);
        CHECK(ended.log.find(complaint) != std::string::npos);
        CHECK(read_file(site.database()) == bytes);
    }
    CHECK(site.simulator.requests().empty());
}

/// Polls go on and on, so that the next one shows what became of the fault of the last one.
std::map<std::string, std::string> const busy{{"schedule.every", "50ms"}};

} // namespace

TEST_CASE("a second instance is refused and does not disturb the first")
{
    Installation const site;
    Daemon first{site};
    first.wait_until_idle();
    for (auto const* command : {"run", "fetch", "migrate"}) {
        CAPTURE(command);
        auto const ended = site.usaged({command});
        CHECK(ended.status == 75);
        CHECK(ended.log.find("process " + std::to_string(first.process.pid())) != std::string::npos);
    }
    first.process.signal(SIGUSR1);
    first.wait_until_idle();
    CHECK(site.polls() == Lines{"startup|ok|", "manual|unchanged|"});
}

TEST_CASE("a file that is no database is left alone")
{
    Installation const site;
    write_file(site.database(), "these are the minutes of a meeting\n");
    check_refused(site, "not an SQLite database");
}

TEST_CASE("the database of another program is left alone")
{
    Installation const site;
    execute(site.database(), "CREATE TABLE meeting (minutes TEXT); PRAGMA application_id = 7;");
    check_refused(site, "belongs to another program");
}

TEST_CASE("a database that a newer usaged wrote is left alone")
{
    Installation const site;
    REQUIRE(site.usaged({"migrate"}).status == 0);
    execute(site.database(), "PRAGMA user_version = 9999; PRAGMA wal_checkpoint(TRUNCATE);");
    check_refused(site, "newer than this usaged");
}

TEST_CASE("a damaged database is left alone")
{
    Installation const site;
    REQUIRE(site.usaged({"migrate"}).status == 0);
    execute(site.database(), "PRAGMA wal_checkpoint(TRUNCATE);");
    auto bytes = read_file(site.database());
    for (std::size_t i = 4096; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 7);
    write_file(site.database(), bytes);
    check_refused(site, "is damaged");
}

TEST_CASE("a database that is moved away while usaged runs is missed, and taken up again when it is back")
{
    Installation const site{busy};
    Daemon daemon{site};
    daemon.process.wait_for_log("snapshot_committed");
    auto const elsewhere = site.directory.path() / "usage.db";
    fs::rename(site.database(), elsewhere);
    auto const line = daemon.process.wait_for_log(" error ");
    CHECK(line.find("category=storage") != std::string::npos);
    daemon.process.wait_for_log("the database is no longer there");
    CHECK_FALSE(fs::exists(site.database()));
    fs::rename(elsewhere, site.database());
    daemon.process.wait_for_log("snapshot_committed");
    CHECK(site.stored_rows().size() == 5);
}

TEST_CASE("a fetch that cannot write fails and leaves the rows as they were")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.advance();
    ProcessOptions options;
    options.largest_file = 4096;
    auto const ended = site.start({"fetch"}, options).wait();
    CHECK(ended.status == 74);
    CHECK(ended.log.find(site.database().string()) != std::string::npos);
    CHECK(ended.output.empty());
    CHECK(site.stored_rows() == history_rows(site.simulator, 0));
}

TEST_CASE("run outlives a full disk and goes on by itself when there is room again" *
          doctest::skip(!SmallFileSystem::possible()) *
          doctest::description("skipped where no file system can be mounted"))
{
    Installation site{busy};
    SmallFileSystem const disk{site.state()};
    REQUIRE(disk.mounted());
    Daemon daemon{site};
    daemon.process.wait_for_log("snapshot_committed");
    disk.fill();
    auto const line = daemon.process.wait_for_log(" error ");
    CHECK(line.find("category=storage") != std::string::npos);
    CHECK(site.stored_rows() == history_rows(site.simulator, 0));
    disk.make_room();
    site.simulator.advance();
    daemon.process.wait_for_log("outcome=ok");
    CHECK(site.stored_rows() == history_rows(site.simulator, 1));
    CHECK(daemon.stop().status == 0);
}

TEST_CASE("run goes on by itself when writing fails, and then works again")
{
    Installation site{busy};
    ProcessOptions options;
    options.largest_file = 1 << 30;
    Daemon daemon{site, options};
    daemon.process.wait_for_log("snapshot_committed");
    daemon.process.limit_files(4096);
    auto const line = daemon.process.wait_for_log(" error ");
    CHECK(line.find("category=storage") != std::string::npos);
    CHECK(site.stored_rows() == history_rows(site.simulator, 0));
    daemon.process.limit_files(1 << 30);
    site.simulator.advance();
    daemon.process.wait_for_log("outcome=ok");
    CHECK(site.stored_rows() == history_rows(site.simulator, 1));
}

TEST_CASE("a poll that could not even be recorded is made at the time that its error line names")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    auto const elsewhere = site.directory.path() / "usage.db";
    fs::rename(site.database(), elsewhere);
    daemon.process.signal(SIGUSR1);
    CHECK(daemon.process.wait_for_log(" error ").find("next_try=") != std::string::npos);
    fs::rename(elsewhere, site.database());
    daemon.process.wait_for_log("snapshot_committed");
}

TEST_CASE("a database that another program keeps locked fails the poll, and the next one goes on")
{
    Installation const site{busy};
    Daemon daemon{site};
    daemon.process.wait_for_log("snapshot_committed");
    sqlite3* other = nullptr;
    REQUIRE(sqlite3_open(site.database().c_str(), &other) == SQLITE_OK);
    sqlite3_busy_timeout(other, 10'000);
    REQUIRE(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr) == SQLITE_OK);
    auto const line = daemon.process.wait_for_log(" error ");
    CHECK(line.find("category=storage") != std::string::npos);
    REQUIRE(sqlite3_exec(other, "ROLLBACK", nullptr, nullptr, nullptr) == SQLITE_OK);
    daemon.process.wait_for_log("snapshot_committed");
    sqlite3_close(other);
}

TEST_CASE("the database and its log are for the owner and the group")
{
    Installation const site;
    Daemon daemon{site};
    daemon.wait_until_idle();
    for (auto const* suffix : {"", "-wal", "-shm"}) {
        CAPTURE(suffix);
        CHECK(fs::status(site.database().string() + suffix).permissions() == fs::perms{0640});
    }
}

} // namespace usaged::test
