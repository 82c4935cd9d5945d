#pragma once

#include "migrations/migrations.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <sys/types.h>

namespace SQLite {
class Database;
}

namespace usaged {

/// How long a connection waits for the locks of others.
inline constexpr int busy_timeout_ms = 2000;

enum class WhenMissing {
    create,
    refuse, ///< a database that vanished under a running daemon is not silently begun anew
};

/// Which file a path names, so that a file that was moved away can be told from the one that stands in its place.
struct FileIdentity {
    dev_t device;
    ino_t inode;
    bool operator==(FileIdentity const&) const = default;
};

/// Nothing if there is no such file.
std::optional<FileIdentity> identify(std::filesystem::path const& file);

/// Opens the database, a resolved path, for its one writer, checked and migrated; see check_database for what is
/// refused untouched. A new one appears complete or not at all, with mode 0640; its directory must exist. The
/// connection waits busy_timeout_ms for locks, does not sync its commits (see Durably), and leaves its write-ahead log
/// in place for readers when it is closed. Throws Error with ErrorCategory::storage, or SQLite::Exception.
std::unique_ptr<SQLite::Database> open_for_writing(std::filesystem::path const& path,
                                                   std::span<Migration const> migrations, WhenMissing when_missing);

/// Opens the database, a resolved path, for reading, whether usaged is running, stopped or killed, also for a user who
/// may not write it. Throws Error with ErrorCategory::storage, or SQLite::Exception.
std::unique_ptr<SQLite::Database> open_for_reading(std::filesystem::path const& path);

/// While it lives, commits are synced before they return, and all that was committed before with them.
/// Not to be begun or ended within a transaction.
class Durably {
public:
    explicit Durably(SQLite::Database& database);
    Durably(Durably const&) = delete;
    Durably& operator=(Durably const&) = delete;
    ~Durably();

private:
    SQLite::Database& database_;
};

} // namespace usaged
