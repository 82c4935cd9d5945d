#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

std::string type_of(Column const& column)
{
    if (column.type == ColumnType::percent) return "REAL";
    return column.type == ColumnType::count ? "INTEGER" : "TEXT";
}

/// What pragma_table_info says of the plain table of a dataset.
std::string table_of(Dataset const& dataset)
{
    std::string text;
    int key = 0;
    for (auto const& column : dataset.columns) {
        text.append(column.name).append("|").append(type_of(column)).append("|1|");
        text.append(std::to_string(column.key ? ++key : 0)).append("\n");
    }
    return text + "extra|TEXT|0|0\nfirst_poll_id|INTEGER|1|0\nchanged_poll_id|INTEGER|1|0";
}

std::string names_of(Dataset const& dataset, std::string const& more)
{
    std::string text;
    for (auto const& column : dataset.columns) text.append(column.name).append("\n");
    return text + more;
}

std::string columns_in(fs::path const& database, std::string const& table)
{
    return query(database, "SELECT name FROM pragma_table_info('" + table + "')");
}

/// The columns of <dataset>_change: what the dataset has, then each measure before and its change.
std::string change_names(Dataset const& dataset)
{
    std::string before = "previous_processed_date_time";
    std::string changes;
    for (auto const& column : dataset.columns) {
        if (column.unit.empty()) continue;
        before.append("\nprevious_").append(column.name);
        changes.append("\n").append(column.name).append("_change");
    }
    return names_of(dataset, before + changes);
}

} // namespace

TEST_CASE("the table of every plain dataset has the columns and the key of its description")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    for (auto const& dataset : datasets()) {
        if (dataset.compact()) continue;
        CAPTURE(dataset.name);
        CHECK(query(database, "SELECT name, type, \"notnull\", pk FROM pragma_table_info('" +
                                  std::string{dataset.name} + "')") == table_of(dataset));
    }
}

TEST_CASE("every dataset can be read by the columns of its description, in their order")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        std::string const name{dataset.name};
        CHECK(columns_in(database, name) == names_of(dataset, "extra\nfirst_poll_id\nchanged_poll_id"));
        CHECK(columns_in(database, "latest_" + name) == columns_in(database, name));
        CHECK(columns_in(database, name + "_revision") ==
              names_of(dataset, "extra\npoll_id\nreplaced_poll_id\nreplaced_at"));
        CHECK(columns_in(database, name + "_change") == change_names(dataset));
    }
}

TEST_CASE("the parts of a compact dataset are unique by their key and names")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    for (auto const& dataset : datasets()) {
        for (auto const& [part, name] :
             {std::pair{Part::service, "_service"}, std::pair{Part::customer, "_customer"},
              std::pair{Part::product, "_product"}, std::pair{Part::workload, "_workload"}}) {
            std::string key;
            std::string others;
            for (auto const& column : dataset.columns)
                if (column.part == part) (column.key ? key : others).append("\n").append(column.name);
            if (key.empty()) continue;
            auto const table = std::string{dataset.name} + name;
            CAPTURE(table);
            CHECK(columns_in(database, table) == "id\nsame_as" + key + others);
            CHECK("\n" + query(database, "SELECT name FROM pragma_index_info('sqlite_autoindex_" + table + "_1')") ==
                  key + others);
        }
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

TEST_CASE("the planner is told of every index of the compact datasets")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    CHECK(query(dir.path() / "usage.db",
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name IN (SELECT tbl FROM sqlite_stat1)"
                " AND name NOT IN (SELECT idx FROM sqlite_stat1)"
                " AND name NOT IN (SELECT 'sqlite_autoindex_' || tbl || '_1' FROM sqlite_stat1 WHERE idx = tbl)"
                " UNION ALL SELECT tbl || ' ' || idx FROM sqlite_stat1 WHERE tbl <> idx"
                " AND idx NOT IN (SELECT name FROM sqlite_schema)")
              .empty());
}

} // namespace usaged::test
