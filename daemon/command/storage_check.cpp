#include "daemon/command/storage_check.h"

#include "daemon/command/service.h"
#include "migrations/migrations.h"
#include "storage/database_check.h"
#include "storage/reports.h"
#include "storage/schema.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

namespace usaged {

namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t mebibyte = 1ull << 20;
constexpr std::uint64_t too_little_space = 64 * mebibyte;
constexpr std::uint64_t little_space = 1024 * mebibyte;

Error storage_error(std::string const& what, std::string const& remedy)
{
    return Error{ErrorCategory::storage, what, remedy};
}

void require_writable_directory(fs::path const& directory)
{
    auto const name = directory.string();
    std::error_code error;
    if (!fs::is_directory(directory, error))
        throw storage_error(name + " is not there, or is no directory",
                            "make it, for the user whom usaged runs as: sudo install -d -o usaged -g usaged -m 0750 " +
                                name);
    if (::access(directory.c_str(), W_OK | X_OK) != 0)
        throw storage_error(name + " cannot be written: " + std::strerror(errno),
                            "run this as root, from where it goes on as the service does: sudo usaged check --online; "
                            "if the service itself cannot write there, give its user the directory: "
                            "sudo chown usaged: " +
                                name);
}

std::string in_units(std::uint64_t bytes)
{
    std::array<char, 32> text{};
    auto const mebibytes = static_cast<double>(bytes) / static_cast<double>(mebibyte);
    if (mebibytes < 1024)
        std::snprintf(text.data(), text.size(), "%.1f MiB", mebibytes);
    else
        std::snprintf(text.data(), text.size(), "%.1f GiB", mebibytes / 1024);
    return text.data();
}

bool check_state_dir(Config const& config, DoctorReport& report)
{
    auto const& directory = config.state_dir;
    try {
        require_writable_directory(directory);
        report.ok("state directory", directory.string() + " can be written");
        return true;
    } catch (Error const& error) {
        report.fail("state directory", error);
        return false;
    }
}

std::string describe_database(fs::path const& database, Reports& reports)
{
    auto const version = reports.schema_version();
    auto const newest = newest_version(sqlite_migrations());
    auto text =
        database.string() + " is sound, " + in_units(reports.bytes()) + ", schema version " + std::to_string(version);
    if (version < newest) text += "; the next start of usaged brings it to version " + std::to_string(newest);
    return text;
}

/// Whether it may be written to before any migration.
bool look_at_database(Config const& config, DoctorReport& report)
{
    auto const& database = config.storage.sqlite_path;
    auto const state = check_database(database, sqlite_migrations(), CheckDepth::everything);
    require_writable_directory(resolve_database(database).parent_path());
    if (state == DatabaseState::missing) {
        report.ok("database", database.string() + " is not there yet; the first poll makes it");
        return false;
    }
    Reports reports{database};
    auto const text = describe_database(database, reports);
    if (::access(database.c_str(), W_OK) != 0)
        throw storage_error(database.string() + " cannot be written: " + std::strerror(errno),
                            "run this as root, from where it goes on as the service does: sudo usaged check --online");
    report.ok("database", text);
    return reports.schema_version() == newest_version(sqlite_migrations());
}

bool check_database_file(Config const& config, DoctorReport& report)
{
    try {
        return look_at_database(config, report);
    } catch (Error const& error) {
        report.fail("database", error);
        return false;
    }
}

void check_space(fs::path const& directory, DoctorReport& report)
{
    struct statvfs facts {};
    auto const name = directory.string();
    if (::statvfs(directory.c_str(), &facts) != 0) {
        report.skip("free space", name + " cannot be examined: " + std::strerror(errno));
        return;
    }
    auto const bytes = std::uint64_t{facts.f_bavail} * facts.f_frsize;
    auto const text = "the file system of " + name + " has " + in_units(bytes) + " left";
    auto const remedy = "make room, or move it: storage.sqlite.path and state_dir say where the files are";
    if (facts.f_files > 0 && facts.f_favail == 0)
        report.fail("free space", storage_error("the file system of " + name + " has no inode left", remedy));
    else if (bytes < too_little_space)
        report.fail("free space", storage_error(text, remedy));
    else if (bytes < little_space)
        report.warn("free space", text, remedy);
    else
        report.ok("free space", text);
}

bool on_one_device(fs::path const& a, fs::path const& b)
{
    struct stat facts_a {};
    struct stat facts_b {};
    return ::stat(a.c_str(), &facts_a) == 0 && ::stat(b.c_str(), &facts_b) == 0 && facts_a.st_dev == facts_b.st_dev;
}

} // namespace

UsableStorage check_storage(Config const& config, DoctorReport& report)
{
    UsableStorage found;
    found.state = check_state_dir(config, report);
    found.database = check_database_file(config, report);
    auto const beside_database = resolve_database(config.storage.sqlite_path).parent_path();
    check_space(beside_database, report);
    if (beside_database != config.state_dir && !on_one_device(beside_database, config.state_dir))
        check_space(config.state_dir, report);
    return found;
}

} // namespace usaged
