#pragma once

#include <span>
#include <string_view>

namespace usaged {

/// One step from one version of the schema to the next.
struct Migration {
    int number; ///< from 1, without gaps; `PRAGMA user_version` once it is applied
    std::string_view name;
    std::string_view sql; ///< any number of statements, for a transaction that the caller holds
};

/// Every migration of SQLite databases, in order. They live as long as the program.
std::span<Migration const> sqlite_migrations();

} // namespace usaged
