#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {

namespace {

std::string columns_of(Dataset const& dataset)
{
    std::string text;
    int key = 0;
    for (auto const& column : dataset.columns) {
        text.append(column.name).append(column.type == ColumnType::percent ? "|REAL|1|" : "|TEXT|1|");
        text.append(std::to_string(column.key ? ++key : 0)).append("\n");
    }
    return text + "extra|TEXT|0|0\nfirst_poll_id|INTEGER|1|0\nchanged_poll_id|INTEGER|1|0";
}

} // namespace

TEST_CASE("the table of every dataset has the columns and the key of its description")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        auto const table = std::string{dataset.name};
        CHECK(query(database, "SELECT name, type, \"notnull\", pk FROM pragma_table_info('" + table + "')") ==
              columns_of(dataset));
        CHECK(query(database, "SELECT name FROM pragma_table_info('latest_" + table + "')") ==
              query(database, "SELECT name FROM pragma_table_info('" + table + "')"));
    }
}

TEST_CASE("all tables are strict")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    CHECK(query(dir.path() / "usage.db",
                "SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND name NOT LIKE 'sqlite_%'")
              .empty());
}

} // namespace usaged::test
