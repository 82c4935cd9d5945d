#include "storage/sqlite_database.h"

#include "storage/database_check.h"
#include "storage/schema.h"
#include "storage/sqlite_error.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <sqlite3.h>

#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged {

namespace fs = std::filesystem;

namespace {

void sync_directory(fs::path const& directory)
{
    auto const fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    auto const synced = fd >= 0 && ::fsync(fd) == 0;
    auto const error = errno;
    if (fd >= 0) ::close(fd);
    if (!synced) throw file_error(directory, "cannot be synced", error);
}

void use_write_ahead_log(SQLite::Database& database, fs::path const& path)
{
    if (database.execAndGet("PRAGMA journal_mode = WAL").getString() != "wal")
        throw Error{ErrorCategory::storage, path.string() + ": its file system cannot keep a write-ahead log",
                    "Put the database on a local file system."};
}

// A crash in the middle leaves a file of another name, which the next try overwrites; so whatever stands at `path` is
// either a database of usaged with a schema or not of its making.
void create_database(fs::path const& path, std::span<Migration const> migrations)
{
    if (has_write_ahead_log(path))
        throw Error{ErrorCategory::storage,
                    path.string() + ": the database is missing, but its write-ahead log is still there",
                    "Put the database back, or move " + path.string() + "-wal away to begin a new one."};
    auto const draft = path.string() + ".new";
    for (auto const* suffix : {"", "-journal", "-wal", "-shm"}) ::unlink((draft + suffix).c_str());
    auto const fd = ::open(draft.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0) throw file_error(path, "cannot be created", errno);
    // Whatever the umask says; SQLite gives its other files the mode of this one.
    ::fchmod(fd, 0640);
    ::close(fd);
    try {
        SQLite::Database database{draft, SQLite::OPEN_READWRITE};
        migrate(database, migrations);
        use_write_ahead_log(database, path);
    } catch (...) {
        ::unlink(draft.c_str());
        throw;
    }
    // An empty log of a database that was removed does not fit the new one.
    for (auto const* suffix : {"-wal", "-shm"}) ::unlink((path.string() + suffix).c_str());
    if (::rename(draft.c_str(), path.c_str()) != 0) throw file_error(path, "cannot be created", errno);
    sync_directory(path.parent_path());
}

void configure(SQLite::Database& database, fs::path const& path)
{
    use_write_ahead_log(database, path);
    // Without the log and its index, a reader who may not write the directory could not open an idle database.
    int persist = 1;
    sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_PERSIST_WAL, &persist);
    // foreign_keys: rows that refer to a poll are written with the id of one that begin_poll made; a look-up for each
    // would buy nothing. secure_delete: dropped bodies hold no secret, and overwriting them doubles the writing.
    database.exec("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = OFF; PRAGMA trusted_schema = OFF;"
                  "PRAGMA secure_delete = OFF; PRAGMA mmap_size = 0; PRAGMA journal_size_limit = 4194304;");
}

} // namespace

std::optional<FileIdentity> identify(fs::path const& file)
{
    struct stat status;
    if (::stat(file.c_str(), &status) != 0) return std::nullopt;
    return FileIdentity{status.st_dev, status.st_ino};
}

std::unique_ptr<SQLite::Database> open_for_writing(fs::path const& path, std::span<Migration const> migrations,
                                                   WhenMissing when_missing)
{
    auto const directory = path.parent_path();
    if (::access(directory.c_str(), X_OK) != 0)
        throw file_error(directory, "the database's directory cannot be used", errno);
    if (check_database(path, migrations, CheckDepth::soundness) == DatabaseState::missing) {
        if (when_missing == WhenMissing::refuse)
            throw Error{ErrorCategory::storage, path.string() + ": the database is no longer there",
                        "Put it back, or restart usaged to begin a new one."};
        create_database(path, migrations);
    }
    if (::access(path.c_str(), W_OK) != 0) throw file_error(path, "cannot be written", errno);
    auto database = std::make_unique<SQLite::Database>(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX,
                                                       busy_timeout_ms);
    configure(*database, path);
    migrate(*database, migrations);
    database->exec("PRAGMA synchronous = NORMAL");
    return database;
}

std::unique_ptr<SQLite::Database> open_for_reading(fs::path const& path)
{
    if (check_database(path, sqlite_migrations(), CheckDepth::identity) == DatabaseState::missing)
        throw Error{ErrorCategory::storage, path.string() + ": there is no database yet",
                    "It is made by the first `usaged run`, `fetch` or `migrate`."};
    // A database without a log was closed by another program, or copied; then nobody writes it, and the log need not be
    // made, which this user may not be allowed to.
    auto const parameters = identify(path.string() + "-wal") ? "mode=ro" : "immutable=1";
    return std::make_unique<SQLite::Database>(sqlite_uri(path, parameters), SQLite::OPEN_READONLY | SQLite::OPEN_URI,
                                              busy_timeout_ms);
}

Durably::Durably(SQLite::Database& database) : database_{database}
{
    database_.exec("PRAGMA synchronous = FULL");
}

Durably::~Durably()
{
    database_.tryExec("PRAGMA synchronous = NORMAL");
}

} // namespace usaged
