#include "storage/backup.h"

#include "storage/database_check.h"
#include "storage/sqlite_database.h"
#include "storage/sqlite_error.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <memory>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged {

namespace fs = std::filesystem;

namespace {

constexpr std::array side_files{"-journal", "-wal", "-shm"};

fs::path draft_of(fs::path const& target)
{
    return target.string() + ".partial";
}

/// A descriptor of a file, closed at the end.
class Descriptor {
public:
    Descriptor(fs::path const& path, int flags) : number_{::open(path.c_str(), flags | O_CLOEXEC, 0640)} {}
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    ~Descriptor()
    {
        if (number_ >= 0) ::close(number_);
    }
    int number() const { return number_; }

private:
    int number_;
};

/// The file that the copy is made in, under a lock; removed with all that SQLite puts beside it, unless it was put in
/// place. One that an earlier process left is taken over.
class Draft {
public:
    explicit Draft(fs::path const& target)
        : target_{target}, path_{draft_of(target).string()}, file_{path_, O_RDWR | O_CREAT | O_NOFOLLOW}
    {
        if (file_.number() < 0) throw file_error(path_, "cannot be created", errno);
        if (::flock(file_.number(), LOCK_EX | LOCK_NB) != 0) {
            if (errno == EWOULDBLOCK) throw busy();
            throw file_error(path_, "cannot be locked", errno);
        }
        // The one that held the lock may have put the file in place, or removed it, in the meantime.
        struct stat status {};
        if (::fstat(file_.number(), &status) != 0) throw file_error(path_, "cannot be created", errno);
        if (identify(path_) != FileIdentity{status.st_dev, status.st_ino}) throw busy();
        remove_side_files();
        if (::ftruncate(file_.number(), 0) == 0 && ::fchmod(file_.number(), 0640) == 0) return;
        auto const error = errno;
        ::unlink(path_.c_str());
        throw file_error(path_, "cannot be created", error);
    }
    Draft(Draft const&) = delete;
    Draft& operator=(Draft const&) = delete;
    ~Draft()
    {
        if (!in_place_) ::unlink(path_.c_str());
        remove_side_files();
    }

    std::string const& path() const { return path_; }

    void put_in_place()
    {
        sync(path_, O_RDONLY);
        if (::rename(path_.c_str(), target_.c_str()) != 0) throw file_error(target_, "cannot be written", errno);
        in_place_ = true;
        sync(target_.parent_path(), O_RDONLY | O_DIRECTORY);
    }

private:
    static void sync(fs::path const& path, int flags)
    {
        Descriptor const file{path, flags};
        if (file.number() < 0 || ::fsync(file.number()) != 0) throw file_error(path, "cannot be synced", errno);
    }

    Error busy() const
    {
        return Error{ErrorCategory::locked, target_.string() + ": another backup to this file is being made",
                     "Wait for its end, or name another file."};
    }

    void remove_side_files() const
    {
        for (auto const* suffix : side_files) ::unlink((path_ + suffix).c_str());
    }

    fs::path target_;
    std::string path_;
    Descriptor file_; // holds the lock; SQLite loses its own ones if it is closed while SQLite has the file open
    bool in_place_ = false;
};

fs::path resolve_target(fs::path const& file)
{
    auto const directory = file.has_parent_path() ? file.parent_path() : fs::path{"."};
    std::error_code error;
    auto const resolved = fs::canonical(directory, error);
    if (error)
        throw Error{ErrorCategory::storage,
                    directory.string() + ": the directory for the backup cannot be used: " + error.message(),
                    "Create it, or name a file in another one."};
    return resolved / file.filename();
}

void require_replaceable(fs::path const& target, fs::path const& database)
{
    auto const refuse = [&](std::string const& reason) {
        throw Error{ErrorCategory::storage, target.string() + ": " + reason, "Name another file for the backup."};
    };
    std::error_code error;
    for (auto const& written : {target, draft_of(target)}) {
        auto const what = written == target ? "" : "would be made in " + written.filename().string() + ", which ";
        if (auto const same = identify(written); same && same == identify(database))
            refuse(what + "is the database itself");
        for (auto const* suffix : side_files)
            if (written == database.string() + suffix) refuse(what + "is a part of the database itself");
    }
    if (auto const status = fs::symlink_status(target, error); fs::exists(status) && !fs::is_regular_file(status))
        refuse("is not a regular file");
    // SQLite would take what is in them for the newest state of the copy.
    for (auto const* suffix : side_files)
        if (fs::exists(target.string() + suffix, error))
            refuse("is in use as a database: there is " + target.filename().string() + suffix + " beside it");
}

struct FinishBackup {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

using Stopped = std::function<bool()>;

/// Fails with SQLITE_INTERRUPT if it is stopped.
void copy_pages(SQLite::Database& source, SQLite::Database& copy, ProgressObserver const& progress,
                Stopped const& stopped)
{
    constexpr int pages_a_step = 256;
    std::unique_ptr<sqlite3_backup, FinishBackup> const backup{
        sqlite3_backup_init(copy.getHandle(), "main", source.getHandle(), "main")};
    if (!backup) throw SQLite::Exception{copy.getHandle()};
    for (auto code = SQLITE_OK; code != SQLITE_DONE;) {
        if (stopped && stopped()) throw SQLite::Exception{"stopped", SQLITE_INTERRUPT};
        code = sqlite3_backup_step(backup.get(), pages_a_step);
        if (code != SQLITE_OK && code != SQLITE_DONE) throw SQLite::Exception{sqlite3_errstr(code), code};
        auto const total = sqlite3_backup_pagecount(backup.get());
        if (progress) progress({"pages", total - sqlite3_backup_remaining(backup.get()), total});
    }
}

void copy_database(fs::path const& database, std::string const& draft, ProgressObserver const& progress,
                   Stopped const& stopped)
{
    auto const had_log = identify(database.string() + "-wal").has_value();
    auto const source = open_for_reading(database);
    // What is read first stays what is read: otherwise a commit in the middle would start the copy over.
    SQLite::Transaction const snapshot{*source};
    source->execAndGet("SELECT count(*) FROM sqlite_schema");
    SQLite::Database copy{draft, SQLite::OPEN_READWRITE};
    copy.exec("PRAGMA synchronous = OFF");
    copy_pages(*source, copy, progress, stopped);
    if (!had_log && identify(database.string() + "-wal"))
        throw Error{ErrorCategory::storage, database.string() + ": usaged was started in the middle of the backup",
                    "Make the backup again."};
}

/// Fails with SQLITE_INTERRUPT if it is stopped.
void check_copy(std::string const& draft, fs::path const& database, Stopped stopped)
{
    SQLite::Database copy{draft, SQLite::OPEN_READWRITE};
    constexpr int steps_between_asking = 100'000;
    auto const ask = [](void* asked) { return (*static_cast<Stopped*>(asked))() ? 1 : 0; };
    if (stopped) sqlite3_progress_handler(copy.getHandle(), steps_between_asking, ask, &stopped);
    auto const verdict = copy.execAndGet("PRAGMA integrity_check(1)").getString();
    if (verdict != "ok") throw damaged(database, "integrity_check of its copy says " + printable(verdict));
    copy.exec("PRAGMA journal_mode = DELETE");
}

/// Whether it is the copy that is at fault: the database is only read.
bool is_about_writing(SQLite::Exception const& exception)
{
    auto const code = exception.getErrorCode() & 0xff;
    auto const reading =
        exception.getErrorCode() == SQLITE_IOERR_READ || exception.getExtendedErrorCode() == SQLITE_IOERR_READ;
    return code == SQLITE_FULL || code == SQLITE_CANTOPEN || (code == SQLITE_IOERR && !reading);
}

Error write_error(fs::path const& target, SQLite::Exception const& exception)
{
    return Error{ErrorCategory::storage, target.string() + ": the backup cannot be written: " + exception.what(),
                 "Make room for a copy of the database there, or name a file on another file system."};
}

} // namespace

std::optional<std::uintmax_t> back_up(fs::path const& database, fs::path const& file, ProgressObserver const& progress,
                                      Stopped const& stopped)
{
    auto const source = resolve_database(database);
    auto const target = resolve_target(file);
    require_replaceable(target, source);
    Draft draft{target};
    try {
        copy_database(source, draft.path(), progress, stopped);
        check_copy(draft.path(), source, stopped);
    } catch (SQLite::Exception const& exception) {
        if (exception.getErrorCode() == SQLITE_INTERRUPT) return std::nullopt;
        throw is_about_writing(exception) ? write_error(target, exception) : to_error(exception, source);
    }
    draft.put_in_place();
    return fs::file_size(target);
}

} // namespace usaged
