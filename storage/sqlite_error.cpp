#include "storage/sqlite_error.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <cerrno>
#include <system_error>

namespace usaged {

namespace {

// Whoever only asks is told first: the service has its rights from the package.
constexpr char const* access_remedy =
    "Run the command as root (sudo), or have an administrator put you into the group usaged. The service itself "
    "must be able to read and write the file and its directory, on a file system that is mounted writable.";

std::string file_remedy(int error_number)
{
    switch (error_number) {
    case ENOSPC:
    case EDQUOT:
        return "Free some space on its file system.";
    case EACCES:
    case EPERM:
        return access_remedy;
    case EROFS:
        return "Mount its file system writable.";
    case ENOENT:
        return "Create the directory, or correct storage.sqlite.path or state_dir.";
    default:
        return "Check the file, its directory and its file system.";
    }
}

std::string remedy(int code, std::filesystem::path const& database)
{
    switch (code) {
    case SQLITE_FULL:
        return "Free some space on its file system; usaged goes on by itself then.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "Another program holds a lock on it: end that program's transaction.";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return access_remedy;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return damaged(database, {}).remedy();
    case SQLITE_IOERR:
        return "Check the disk and the kernel's log; usaged goes on by itself once it can write again.";
    default:
        return {};
    }
}

} // namespace

Error to_error(SQLite::Exception const& error, std::filesystem::path const& database)
{
    std::string what = database.string() + ": " + error.what();
    // "disk I/O error" is all that SQLite says about forty different faults.
    if (error.getErrorCode() == SQLITE_IOERR)
        what += " (SQLite's extended code " + std::to_string(error.getExtendedErrorCode()) + ")";
    return Error{ErrorCategory::storage, what, remedy(error.getErrorCode() & 0xff, database)};
}

Error file_error(std::filesystem::path const& file, std::string const& action, int error_number)
{
    return Error{ErrorCategory::storage,
                 file.string() + ": " + action + ": " + std::generic_category().message(error_number),
                 file_remedy(error_number)};
}

Error damaged(std::filesystem::path const& database, std::string const& what)
{
    return Error{ErrorCategory::storage, database.string() + ": the database is damaged: " + what,
                 "usaged leaves it as it is. Stop usaged, move the file and its -wal and -shm away, copy a backup to " +
                     database.string() + ", and start usaged again; what the server still serves is fetched again."};
}

} // namespace usaged
