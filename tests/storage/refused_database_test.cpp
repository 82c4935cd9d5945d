#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

#include <sys/stat.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t page_size = 4096; // what SQLite takes for a new database

void make_database(fs::path const& database)
{
    SqliteStore store{database};
    poll(store, {usage_body(many_items(500, 50))});
}

void overwrite(fs::path const& file, std::size_t position, std::string const& text)
{
    auto bytes = read_file(file);
    bytes.replace(position, text.size(), text);
    write_file(file, bytes);
}

struct Refused {
    char const* name;
    std::function<void(fs::path const&)> make;
    char const* says;
};

std::vector<Refused> const refused{
    {"text", [](fs::path const& file) { write_file(file, "hello"); }, "not an SQLite database"},
    {"long text", [](fs::path const& file) { write_file(file, std::string(9000, 'x')); }, "not an SQLite database"},
    {"tables and no application_id", [](fs::path const& file) { execute(file, "CREATE TABLE t (x)"); },
     "belongs to another program"},
    {"tables of another program that uses a write-ahead log",
     [](fs::path const& file) { execute(file, "PRAGMA journal_mode = WAL; CREATE TABLE t (x)"); },
     "belongs to another program"},
    {"another application_id", [](fs::path const& file) { execute(file, "PRAGMA application_id = 7"); },
     "belongs to another program"},
    {"a newer schema",
     [](fs::path const& file) {
         make_database(file);
         execute(file, "PRAGMA user_version = 99");
     },
     "newer than this usaged"},
    {"a damaged page",
     [](fs::path const& file) {
         make_database(file);
         overwrite(file, 2 * page_size, std::string(page_size, '\x5a'));
     },
     "damaged"},
    {"a truncated file",
     [](fs::path const& file) {
         make_database(file);
         fs::resize_file(file, 3 * page_size + 100);
     },
     "damaged"},
    {"a directory", [](fs::path const& file) { fs::create_directory(file); }, "not a regular file"},
};

} // namespace

TEST_CASE("a file that is not a sound database of this usaged is refused in words and left as it is")
{
    for (auto const& each : refused) {
        CAPTURE(each.name);
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        each.make(database);
        auto const before = contents(dir.path());
        auto const error = error_of([&] { SqliteStore{database}; });
        CHECK(error.category() == ErrorCategory::storage);
        CHECK(std::string{error.what()}.find(each.says) != std::string::npos);
        CHECK(std::string{error.what()}.find(database.string()) == 0);
        CHECK(!error.remedy().empty());
        CHECK((contents(dir.path()) == before));
    }
}

TEST_CASE("a damaged database is refused with the way to restore it")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    make_database(database);
    overwrite(database, 2 * page_size, std::string(page_size, '\x5a'));
    auto const error = error_of([&] { SqliteStore{database}; });
    CHECK(error.remedy().find("copy a backup to " + database.string()) != std::string::npos);
}

TEST_CASE("a new database is readable by its group, whatever the umask, and so are its companions")
{
    for (mode_t const mask : {0u, 022u, 077u}) {
        CAPTURE(mask);
        TempDir dir;
        auto const old = ::umask(mask);
        SqliteStore store{dir.path() / "usage.db"};
        ::umask(old);
        for (auto const* name : {"usage.db", "usage.db-wal", "usage.db-shm"})
            CHECK(fs::status(dir.path() / name).permissions() == fs::perms{0640});
        CHECK(contents(dir.path()).size() == 3);
    }
}

TEST_CASE("an empty file becomes a database")
{
    TempDir dir;
    write_file(dir.path() / "usage.db", "");
    SqliteStore store{dir.path() / "usage.db"};
    CHECK(poll(store, {usage_body({{}})}).inserted == 1);
}

TEST_CASE("the database's directory is not made")
{
    TempDir dir;
    auto const error = error_of([&] { SqliteStore{dir.path() / "missing" / "usage.db"}; });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(std::string{error.what()}.find("No such file or directory") != std::string::npos);
    CHECK(fs::is_empty(dir.path()));
}

TEST_CASE("a write-ahead log whose database is missing is not thrown away")
{
    TempDir dir;
    write_file(dir.path() / "usage.db-wal", "committed polls");
    auto const error = error_of([&] { SqliteStore{dir.path() / "usage.db"}; });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(contents(dir.path()).size() == 1);
}

} // namespace usaged::test
