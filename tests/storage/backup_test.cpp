#include "storage/backup.h"
#include "storage/reports.h"
#include "tests/storage/replayed_database.h"

#include <doctest/doctest.h>

#include <csignal>
#include <fstream>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

std::vector<std::string> names_in(fs::path const& directory)
{
    std::vector<std::string> names;
    for (auto const& [name, content] : contents(directory)) names.push_back(name);
    return names;
}

/// A directory for backups beside a database with one poll of `rows` rows.
struct Installation {
    TempDir dir;
    fs::path database = dir.path() / "usage.db";
    fs::path backups = dir.path() / "backups";

    explicit Installation(int rows = 1)
    {
        fs::create_directory(backups);
        SqliteStore store{database};
        poll(store, {usage_body(many_items(rows, 1))});
    }
};

/// Files cannot grow beyond `bytes` while it lives, as on a full disk.
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

TEST_CASE("a backup is one file with mode 0640 that holds everything")
{
    Installation const usaged;
    auto const bytes = back_up(usaged.database, usaged.backups / "copy.db", {});
    CHECK((names_in(usaged.backups) == std::vector<std::string>{"copy.db"}));
    CHECK(bytes == fs::file_size(usaged.backups / "copy.db"));
    CHECK(everything(usaged.backups / "copy.db") == everything(usaged.database));
    CHECK(Reports{usaged.backups / "copy.db"}.dataset(usage()).rows == 1);
    struct stat status;
    REQUIRE(::stat((usaged.backups / "copy.db").c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0640);
}

TEST_CASE("a backup while usaged writes holds what was committed when it began")
{
    Installation const usaged{20'000};
    SqliteStore store{usaged.database};
    auto const before = everything(usaged.database);
    int polls = 0;
    auto const copy = usaged.backups / "copy.db";
    back_up(usaged.database, copy, [&](Progress const&) {
        poll(store, {usage_body(many_items(20'000, 2 + polls++))}, Trigger::schedule, at("2026-07-03T06:00:00Z"));
    });
    CHECK(polls > 1);
    CHECK((everything(copy) == before));
    CHECK(query(usaged.database, "SELECT max(prorated_licenses_usage_percent) FROM partner_licenses_usage") != "1.0");
}

TEST_CASE("a backup can be put in the place of the database")
{
    Installation const usaged;
    back_up(usaged.database, usaged.backups / "copy.db", {});
    SqliteStore store{usaged.backups / "copy.db"};
    CHECK(poll(store, {usage_body(many_items(2, 1))}).inserted == 1);
}

TEST_CASE("a backup replaces an earlier one")
{
    Installation const usaged;
    auto const copy = usaged.backups / "copy.db";
    std::ofstream{copy} << "an earlier one";
    back_up(usaged.database, copy, {});
    CHECK((names_in(usaged.backups) == std::vector<std::string>{"copy.db"}));
    CHECK(query(copy, "SELECT count(*) FROM partner_licenses_usage") == "1");
}

TEST_CASE("a backup that fails leaves the earlier one and nothing else")
{
    Installation const usaged{20'000};
    auto const copy = usaged.backups / "copy.db";
    std::ofstream{copy} << "an earlier one";
    FullDisk const full{200'000};
    auto const error = error_of([&] { back_up(usaged.database, copy, {}); });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(std::string{error.what()}.find(copy.string() + ": the backup cannot be written: ") == 0);
    CHECK(!error.remedy().empty());
    CHECK((names_in(usaged.backups) == std::vector<std::string>{"copy.db"}));
    CHECK(read_file(copy) == "an earlier one");
}

TEST_CASE("what a killed backup left behind is taken over by the next one")
{
    Installation const usaged;
    auto const copy = usaged.backups / "copy.db";
    auto const killed = in_child([&] { back_up(usaged.database, copy, [](Progress const&) { ::raise(SIGKILL); }); });
    CHECK(WIFSIGNALED(killed));
    CHECK((names_in(usaged.backups) == std::vector<std::string>{"copy.db.partial"}));
    std::ofstream{usaged.backups / "copy.db.partial"} << std::string(1'000'000, 'x');
    std::ofstream{usaged.backups / "copy.db.partial-journal"} << "of the killed one";
    back_up(usaged.database, copy, {});
    CHECK((names_in(usaged.backups) == std::vector<std::string>{"copy.db"}));
    CHECK(everything(copy) == everything(usaged.database));
}

TEST_CASE("a backup that is stopped while it copies or checks leaves the earlier one and nothing else")
{
    Installation const usaged{20'000};
    auto const copy = usaged.backups / "copy.db";
    std::ofstream{copy} << "an earlier one";
    bool copied = false;
    auto const note = [&](Progress const& progress) { copied = progress.done == progress.total; };
    CHECK(!back_up(usaged.database, copy, note, [] { return true; }));
    CHECK(!copied);
    CHECK(!back_up(usaged.database, copy, note, [&] { return copied; }));
    CHECK(copied);
    CHECK((names_in(usaged.backups) == std::vector<std::string>{"copy.db"}));
    CHECK(read_file(copy) == "an earlier one");
}

TEST_CASE("two backups to one file are not made at the same time")
{
    Installation const usaged;
    auto const copy = usaged.backups / "copy.db";
    auto const second = [&](Progress const&) {
        auto const error = error_of([&] { back_up(usaged.database, copy, {}); });
        CHECK(error.category() == ErrorCategory::locked);
        CHECK(!error.remedy().empty());
    };
    back_up(usaged.database, copy, second);
    CHECK(everything(copy) == everything(usaged.database));
}

TEST_CASE("a damaged database is not backed up")
{
    Installation const usaged{20'000};
    execute(usaged.database, "PRAGMA wal_checkpoint(TRUNCATE)");
    auto const root =
        std::stoul(query(usaged.database, "SELECT rootpage FROM sqlite_schema WHERE name = 'partner_licenses_usage'"));
    std::fstream file{usaged.database, std::ios::in | std::ios::out | std::ios::binary};
    file.seekp(static_cast<std::streamoff>((root - 1) * 4096));
    file << std::string(300, '\x7f');
    file.close();
    auto const error = error_of([&] { back_up(usaged.database, usaged.backups / "copy.db", {}); });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(std::string{error.what()}.find("the database is damaged") != std::string::npos);
    CHECK(fs::is_empty(usaged.backups));
}

TEST_CASE("a backup to a place where it would do harm is refused with what to do")
{
    Installation const usaged;
    std::ofstream{usaged.backups / "live.db-wal"} << "of another database";
    fs::create_symlink(usaged.database, usaged.backups / "link.db");
    fs::create_hard_link(usaged.database, usaged.backups / "hard.db.partial");
    fs::create_symlink(usaged.backups / "live.db-wal", usaged.backups / "soft.db.partial");
    auto const before = contents(usaged.dir.path());
    for (auto const& file : {usaged.database, fs::path{usaged.database.string() + "-wal"}, usaged.backups / "live.db",
                             usaged.backups / "link.db", usaged.backups / "hard.db", usaged.backups / "soft.db",
                             usaged.backups, usaged.dir.path() / "none" / "copy.db"}) {
        CAPTURE(file.string());
        auto const error = error_of([&] { back_up(usaged.database, file, {}); });
        CHECK(error.category() == ErrorCategory::storage);
        CHECK(!error.remedy().empty());
        CHECK((contents(usaged.dir.path()) == before));
    }
}

TEST_CASE("a database that is not there is not backed up")
{
    TempDir const dir;
    auto const error = error_of([&] { back_up(dir.path() / "usage.db", dir.path() / "copy.db", {}); });
    CHECK(std::string{error.what()}.find("there is no database yet") != std::string::npos);
    CHECK(fs::is_empty(dir.path()));
}

TEST_CASE("a backup tells how many of the pages are copied")
{
    Installation const usaged;
    Progress last;
    back_up(usaged.database, usaged.backups / "copy.db", [&](Progress const& progress) { last = progress; });
    CHECK(last.unit == "pages");
    CHECK(last.done == last.total);
    CHECK(last.done > 0);
}

} // namespace usaged::test
