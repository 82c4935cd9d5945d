#include "tests/benchmark/table_pages.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <fstream>
#include <functional>
#include <stdexcept>
#include <string_view>
#include <vector>

namespace usaged::test {

namespace {

std::vector<std::int64_t> page_numbers(SQLite::Database& database, std::string const& tables)
{
    SQLite::Statement query{database, "SELECT pageno FROM sqlite_schema CROSS JOIN dbstat USING (name)"
                                      " WHERE tbl_name GLOB ? ORDER BY pageno"};
    query.bind(1, tables);
    std::vector<std::int64_t> numbers;
    while (query.executeStep()) numbers.push_back(query.getColumn(0).getInt64());
    return numbers;
}

} // namespace

PageImages page_images(std::filesystem::path const& database, std::string const& tables)
{
    SQLite::Database connection{database.string(), SQLite::OPEN_READWRITE};
    connection.execAndGet("PRAGMA wal_checkpoint(TRUNCATE)");
    auto const numbers = page_numbers(connection, tables);
    auto const page_size = connection.execAndGet("PRAGMA page_size").getInt64();
    // Closing it drops the locks that SQLite holds on the file: harmless, as nobody else has it open.
    std::ifstream file{database, std::ios::binary};
    std::string page(static_cast<std::size_t>(page_size), '\0');
    PageImages images;
    for (auto const number : numbers) {
        file.seekg((number - 1) * page_size);
        file.read(page.data(), page_size);
        if (!file) throw std::runtime_error{"a page of the database cannot be read"};
        images[number] = std::hash<std::string_view>{}(page);
    }
    return images;
}

std::size_t changed_pages(PageImages const& before, PageImages const& after)
{
    std::size_t changed = 0;
    for (auto const& [number, image] : after) {
        auto const old = before.find(number);
        if (old == before.end() || old->second != image) ++changed;
    }
    for (auto const& [number, image] : before)
        if (!after.contains(number)) ++changed;
    return changed;
}

std::int64_t table_bytes(std::filesystem::path const& database, std::string const& tables)
{
    SQLite::Database connection{database.string(), SQLite::OPEN_READWRITE};
    SQLite::Statement query{connection, "SELECT sum(pgsize) FROM sqlite_schema CROSS JOIN dbstat USING (name)"
                                        " WHERE tbl_name GLOB ? AND aggregate = TRUE"};
    query.bind(1, tables);
    query.executeStep();
    return query.getColumn(0).getInt64();
}

std::size_t count_rows(std::filesystem::path const& database, std::string const& table)
{
    SQLite::Database connection{database.string(), SQLite::OPEN_READWRITE};
    return static_cast<std::size_t>(connection.execAndGet("SELECT count(*) FROM " + table).getInt64());
}

} // namespace usaged::test
