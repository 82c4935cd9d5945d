#include "storage/database_check.h"

#include "storage/schema.h"
#include "storage/sqlite_database.h"
#include "storage/sqlite_error.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string_view>
#include <unistd.h>

namespace usaged {

namespace fs = std::filesystem;

namespace {

// quick_check reads some 700 MB/s. What a start leaves unread is read when it is needed, and SQLite reports damage in
// every page it reads; a backup is always checked as a whole.
constexpr std::uintmax_t always_checked = 8u << 20;
constexpr std::uintmax_t checked_after_a_kill = 256u << 20;

/// The fields of an SQLite file's header that say whose it is
/// (https://www.sqlite.org/fileformat.html#the_database_header).
struct Header {
    bool is_sqlite = false;
    std::uint32_t user_version = 0;
    std::uint32_t application_id = 0;
};

std::uint32_t big_endian(std::array<unsigned char, 100> const& bytes, std::size_t at)
{
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = value << 8 | bytes[at + i];
    return value;
}

// Through SQLite's own descriptor: closing another one would drop the POSIX locks that a connection of this process may
// hold on the file (https://www.sqlite.org/howtocorrupt.html, 2.2). And not with a PRAGMA: that fails on a file that a
// killed process left in the middle of a checkpoint.
Header read_header(SQLite::Database& database)
{
    sqlite3_file* file = nullptr;
    sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
    std::array<unsigned char, 100> bytes{};
    if (!file || !file->pMethods || file->pMethods->xRead(file, bytes.data(), int{bytes.size()}, 0) != SQLITE_OK)
        return {};
    constexpr std::string_view magic{"SQLite format 3\0", 16};
    return {std::string_view{reinterpret_cast<char const*>(bytes.data()), magic.size()} == magic, big_endian(bytes, 60),
            big_endian(bytes, 68)};
}

void require_version(std::uint32_t version, fs::path const& path, std::span<Migration const> migrations)
{
    auto const newest = newest_version(migrations);
    if (version <= static_cast<std::uint32_t>(newest)) return;
    throw Error{ErrorCategory::storage,
                path.string() + ": the database has schema version " + std::to_string(version) +
                    ", newer than this usaged, which knows versions up to " + std::to_string(newest),
                "Install the usaged that wrote it, or a later one."};
}

void quick_check(SQLite::Database& database, fs::path const& path)
{
    auto const verdict = database.execAndGet("PRAGMA quick_check(1)").getString();
    if (verdict != "ok") throw damaged(path, "quick_check says " + printable(verdict));
}

bool is_blank(SQLite::Database& database, Header const& header)
{
    return header.application_id == 0 && header.user_version == 0 &&
           database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt() == 0;
}

bool is_to_be_read(fs::path const& path, CheckDepth depth, bool was_killed)
{
    if (depth != CheckDepth::soundness) return depth == CheckDepth::everything;
    std::error_code error;
    return fs::file_size(path, error) <= (was_killed ? checked_after_a_kill : always_checked);
}

DatabaseState check_file(fs::path const& path, std::span<Migration const> migrations, CheckDepth depth)
{
    auto const was_killed = has_write_ahead_log(path);
    SQLite::Database untouched{sqlite_uri(path, "immutable=1"), SQLite::OPEN_READONLY | SQLite::OPEN_URI};
    auto const header = read_header(untouched);
    if (!header.is_sqlite)
        throw Error{ErrorCategory::storage, path.string() + ": the file is not an SQLite database",
                    damaged(path, {}).remedy()};
    if (header.application_id != application_id) {
        if (!was_killed && is_blank(untouched, header)) return DatabaseState::missing;
        throw Error{ErrorCategory::storage, path.string() + ": the database belongs to another program",
                    "Give usaged a file of its own in storage.sqlite.path."};
    }
    require_version(header.user_version, path, migrations);

    auto const to_be_read = is_to_be_read(path, depth, was_killed);
    if (!was_killed) {
        if (to_be_read) quick_check(untouched, path);
        return DatabaseState::ours;
    }
    SQLite::Database with_log{sqlite_uri(path, "mode=ro"), SQLite::OPEN_READONLY | SQLite::OPEN_URI, busy_timeout_ms};
    require_version(static_cast<std::uint32_t>(schema_version(with_log)), path, migrations);
    if (to_be_read) quick_check(with_log, path);
    return DatabaseState::ours;
}

} // namespace

DatabaseState check_database(fs::path const& database, std::span<Migration const> migrations, CheckDepth depth)
{
    std::error_code error;
    auto const status = fs::status(database, error);
    if (!fs::exists(status)) {
        if (status.type() == fs::file_type::not_found) return DatabaseState::missing;
        throw file_error(database, "cannot be examined", error.value());
    }
    if (!fs::is_regular_file(status))
        throw Error{ErrorCategory::storage, database.string() + ": is not a regular file",
                    "Give usaged a file in storage.sqlite.path."};
    if (fs::file_size(database, error) == 0) return DatabaseState::missing;
    if (::access(database.c_str(), R_OK) != 0) throw file_error(database, "cannot be read", errno);
    try {
        return check_file(database, migrations, depth);
    } catch (SQLite::Exception const& exception) {
        if (exception.getErrorCode() == SQLITE_CORRUPT) throw damaged(database, exception.what());
        throw to_error(exception, database);
    }
}

fs::path resolve_database(fs::path const& database)
{
    std::error_code error;
    auto const resolved = fs::weakly_canonical(fs::absolute(database, error), error);
    return error ? database : resolved;
}

std::string sqlite_uri(fs::path const& database, std::string const& parameters)
{
    std::string uri = "file:";
    for (char const c : database.string()) {
        if (c == '%')
            uri += "%25";
        else if (c == '?')
            uri += "%3f";
        else if (c == '#')
            uri += "%23";
        else
            uri += c;
    }
    return uri + "?" + parameters;
}

bool has_write_ahead_log(fs::path const& database)
{
    std::error_code error;
    auto const size = fs::file_size(database.string() + "-wal", error);
    return !error && size > 0;
}

} // namespace usaged
