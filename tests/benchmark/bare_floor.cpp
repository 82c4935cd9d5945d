#include "tests/benchmark/bare_floor.h"

#include "migrations/migrations.h"
#include "storage/row_upsert.h"

#include <simdjson.h>
#include <sqlite3.h>

#include <array>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string_view>

namespace usaged::test {

namespace {

struct CloseDatabase {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};

struct FinalizeStatement {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

using Statement = std::unique_ptr<sqlite3_stmt, FinalizeStatement>;

void execute(sqlite3* database, std::string const& sql)
{
    if (sqlite3_exec(database, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
        throw std::runtime_error{sqlite3_errmsg(database)};
}

Statement prepare(sqlite3* database, std::string const& sql)
{
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
        throw std::runtime_error{sqlite3_errmsg(database)};
    return Statement{statement};
}

void bind_text(sqlite3_stmt* statement, int index, std::string_view text)
{
    sqlite3_bind_text(statement, index, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
}

/// usaged's two statements: the upsert costs twice the time, so the rows that it is not needed for go without.
struct Statements {
    sqlite3* database;
    Statement insert;
    Statement upsert;
};

void write(Statements const& statements, sqlite3_stmt* statement, simdjson::dom::object row)
{
    std::string_view const sent = row["processedDateTime"];
    std::array<char, 20> date;
    std::memcpy(date.data(), sent.data(), 19);
    date[19] = 'Z';
    bind_text(statement, 1, {date.data(), date.size()});
    bind_text(statement, 2, row["serviceName"]);
    bind_text(statement, 3, row["workloadName"]);
    bind_text(statement, 4, row["channel"]);
    sqlite3_bind_double(statement, 5, row["proratedLicensesUsagePercent"]);
    if (sqlite3_step(statement) != SQLITE_DONE) throw std::runtime_error{sqlite3_errmsg(statements.database)};
    sqlite3_reset(statement);
}

void store_page(Statements const& statements, simdjson::dom::element page)
{
    for (simdjson::dom::object const row : page["items"].get_array()) {
        write(statements, statements.insert.get(), row);
        if (sqlite3_changes(statements.database) == 0) write(statements, statements.upsert.get(), row);
    }
}

} // namespace

struct BareFloor::Connection {
    std::unique_ptr<sqlite3, CloseDatabase> database;
};

BareFloor::BareFloor(std::filesystem::path const& database) : connection_{std::make_unique<Connection>()}
{
    sqlite3* opened = nullptr;
    auto const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    auto const result = sqlite3_open_v2(database.c_str(), &opened, flags, nullptr);
    connection_->database.reset(opened);
    if (result != SQLITE_OK) throw std::runtime_error{sqlite3_errmsg(opened)};
    execute(opened, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;"
                    "PRAGMA secure_delete = OFF; PRAGMA mmap_size = 0; PRAGMA cache_size = -16384; BEGIN");
    for (auto const& migration : sqlite_migrations()) execute(opened, std::string{migration.sql});
    execute(opened, "INSERT INTO poll (dataset, \"trigger\", started_at)"
                    " VALUES ('partner_licenses_usage', 'manual', '2026-01-01T00:00:00Z'); COMMIT");
}

BareFloor::~BareFloor() = default;

std::int64_t BareFloor::store(Dataset const& dataset, std::vector<std::string> const& pages)
{
    constexpr std::size_t byte_order_mark = 3;
    auto* const database = connection_->database.get();
    auto const before = sqlite3_total_changes64(database);
    Statements const statements{database, prepare(database, insert_sql(dataset)),
                                prepare(database, upsert_sql(dataset))};
    for (auto* const statement : {statements.insert.get(), statements.upsert.get()})
        sqlite3_bind_int64(statement, static_cast<int>(dataset.columns.size()) + 2, 1);
    simdjson::dom::parser parser;
    execute(database, "BEGIN IMMEDIATE");
    for (auto const& page : pages) {
        // The bodies have the padding that simdjson asks for.
        simdjson::dom::element const document =
            parser.parse(page.data() + byte_order_mark, page.size() - byte_order_mark, false);
        store_page(statements, document);
    }
    execute(database, "COMMIT");
    return sqlite3_total_changes64(database) - before;
}

} // namespace usaged::test
