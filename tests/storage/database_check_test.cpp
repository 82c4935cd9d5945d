#include "storage/database_check.h"
#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

/// A database of more than 8 MiB, of which a page in the middle is damaged.
void make_damaged_database(fs::path const& database)
{
    {
        SqliteStore const created{database};
    }
    execute(database,
            "CREATE TABLE filler AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 3000) "
            "SELECT zeroblob(3000) AS bytes FROM n");
    auto bytes = read_file(database);
    REQUIRE(bytes.size() > 8u << 20);
    bytes.replace(bytes.size() / 2 / 4096 * 4096, 4096, std::string(4096, 'Z'));
    write_file(database, bytes);
}

} // namespace

TEST_CASE("a look at everything finds damage in a database that is too large for the look at every start")
{
    TempDir const directory;
    auto const database = directory.path() / "usage.db";
    make_damaged_database(database);
    auto const look = [&](CheckDepth depth) { return check_database(database, sqlite_migrations(), depth); };
    CHECK(look(CheckDepth::soundness) == DatabaseState::ours);
    auto const error = error_of([&] { look(CheckDepth::everything); });
    CHECK(error.category() == ErrorCategory::storage);
    CHECK(std::string{error.what()}.find("damaged") != std::string::npos);
}

} // namespace usaged::test
