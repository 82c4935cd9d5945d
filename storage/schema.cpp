#include "storage/schema.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <string>

namespace usaged {

int newest_version(std::span<Migration const> migrations)
{
    return migrations.empty() ? 0 : migrations.back().number;
}

int schema_version(SQLite::Database& database)
{
    return database.execAndGet("PRAGMA user_version").getInt();
}

void migrate(SQLite::Database& database, std::span<Migration const> migrations)
{
    if (schema_version(database) >= newest_version(migrations)) return;

    database.exec("PRAGMA synchronous = FULL");
    SQLite::Transaction transaction{database, SQLite::TransactionBehavior::IMMEDIATE};
    auto const version = schema_version(database);
    for (auto const& migration : migrations)
        if (migration.number > version) database.exec(std::string{migration.sql});
    database.exec("PRAGMA application_id = " + std::to_string(application_id));
    database.exec("PRAGMA user_version = " + std::to_string(newest_version(migrations)));
    transaction.commit();
}

} // namespace usaged
