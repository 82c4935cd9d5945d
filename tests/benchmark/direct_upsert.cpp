#include "tests/benchmark/direct_upsert.h"

#include "daemon/dataset/decode.h"
#include "migrations/migrations.h"
#include "storage/row_writer.h"
#include "storage/sqlite_database.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

namespace usaged::test {

struct DirectUpsert::Connection {
    std::unique_ptr<SQLite::Database> database;
};

DirectUpsert::DirectUpsert(std::filesystem::path const& database) : connection_{std::make_unique<Connection>()}
{
    connection_->database = open_for_writing(database, sqlite_migrations(), WhenMissing::create);
    // As the store has it for a large snapshot.
    connection_->database->exec("PRAGMA cache_size = -16384");
    connection_->database->exec("INSERT INTO poll (dataset, \"trigger\", started_at)"
                                " VALUES ('partner_licenses_usage', 'manual', '2026-01-01T00:00:00Z')");
}

DirectUpsert::~DirectUpsert() = default;

std::int64_t DirectUpsert::store(Dataset const& dataset, std::vector<std::string> const& pages)
{
    auto& database = *connection_->database;
    Durably const durably{database};
    SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
    auto const writer = make_row_writer(database, dataset, PollId{1});
    PageDecoder decoder{dataset};
    PageScope const scope;
    RowVisitor const write = [&writer](Row const& row) { writer->write(row); };
    for (auto const& page : pages) decoder.decode(page, scope, write);
    writer->finish();
    transaction.commit();
    return writer->inserted();
}

} // namespace usaged::test
