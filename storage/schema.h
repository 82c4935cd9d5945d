#pragma once

#include "migrations/migrations.h"

#include <cstdint>
#include <span>

namespace SQLite {
class Database;
}

namespace usaged {

/// `PRAGMA application_id` of usaged's databases: "USGD".
inline constexpr std::uint32_t application_id = 0x55534744;

/// The number of the newest migration.
int newest_version(std::span<Migration const> migrations);

/// The number of the last migration that was applied; 0 for an empty database.
int schema_version(SQLite::Database& database);

/// Applies the migrations that the database has not seen, marks it as usaged's own and sets its version, all in one
/// transaction or not at all; it is on stable storage on return. Does not even begin one when nothing is pending.
/// Throws SQLite::Exception.
void migrate(SQLite::Database& database, std::span<Migration const> migrations);

} // namespace usaged
