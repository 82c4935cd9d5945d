#pragma once

#include "migrations/migrations.h"

#include <filesystem>
#include <span>
#include <string>

namespace usaged {

/// What stands where the database belongs.
enum class DatabaseState {
    missing, ///< no file, or one without anything in it
    ours,
};

enum class CheckDepth {
    identity,   ///< whose it is, and of which version
    soundness,  ///< and whether it is damaged, as far as a start may take the time to look
    everything, ///< and whether it is damaged, however long that takes
};

/// Looks without touching: nothing is written or created, and no lock is taken, in or beside the file.
/// Throws Error with ErrorCategory::storage for anything but usaged's own database of a version up to that of
/// `migrations`: not a database, another program's, a newer usaged's, damaged. Soundness costs 20 ms at most, save
/// after usaged was killed: then a database of up to 256 MiB is read as a whole, which takes half a second.
DatabaseState check_database(std::filesystem::path const& database, std::span<Migration const> migrations,
                             CheckDepth depth);

/// `database` with symbolic links resolved, as SQLite does before it puts its other files beside the database.
std::filesystem::path resolve_database(std::filesystem::path const& database);

/// `database` as the name of an SQLite URI, with query parameters.
std::string sqlite_uri(std::filesystem::path const& database, std::string const& parameters);

/// The write-ahead log holds something: usaged was killed, or it is running.
bool has_write_ahead_log(std::filesystem::path const& database);

} // namespace usaged
