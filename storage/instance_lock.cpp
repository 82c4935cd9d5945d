#include "storage/instance_lock.h"

#include "storage/database_check.h"
#include "storage/sqlite_error.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <pwd.h>
#include <sstream>
#include <string>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace usaged {

namespace fs = std::filesystem;

namespace {

// What another process wrote is shown only as far as it is a number.
std::string holder(int descriptor)
{
    std::array<char, 20> text{};
    auto const size = ::pread(descriptor, text.data(), text.size(), 0);
    std::string number{text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
    number.erase(std::min(number.find_first_not_of("0123456789"), number.size()));
    return number;
}

Error held_by_another(fs::path const& file, int descriptor)
{
    auto const process = holder(descriptor);
    auto const who = process.empty() ? std::string{"another process"} : "process " + process;
    return Error{
        ErrorCategory::locked, file.string() + ": " + who + " holds the lock: usaged is running already",
        "Stop that process first (`systemctl stop usaged`), or let it fetch now (`systemctl kill -s USR1 usaged`), "
        "or give this one a state_dir and a database of its own."};
}

/// Whether the kernel says that the process holds a lock on the open file: `1: FLOCK ADVISORY WRITE PID MAJ:MIN:INODE
/// …` (proc(5)). The device is not looked at: some file systems give it another number there.
bool holds_lock(std::string const& process, int descriptor)
{
    struct stat facts {};
    if (::fstat(descriptor, &facts) != 0) return false;
    auto const inode = ":" + std::to_string(facts.st_ino);
    std::ifstream locks{"/proc/locks"};
    for (std::string line; std::getline(locks, line);) {
        std::istringstream text{line};
        std::vector<std::string> const words{std::istream_iterator<std::string>{text}, {}};
        if (words.size() > 5 && words[1] == "FLOCK" && words[4] == process && words[5].ends_with(inode)) return true;
    }
    return false;
}

// What root writes into another user's directory, that user could not read or replace afterwards.
void require_own_directory(fs::path const& directory)
{
    struct stat facts {};
    if (::geteuid() != 0 || ::stat(directory.c_str(), &facts) != 0 || facts.st_uid == 0) return;
    passwd const* const owner = ::getpwuid(facts.st_uid);
    std::string const name = owner != nullptr ? owner->pw_name : std::to_string(facts.st_uid);
    throw Error{ErrorCategory::storage, directory.string() + " belongs to the user " + name + ", but this is root",
                "Let systemd start it, as in `systemctl start usaged`, or run it as that user: sudo -u " + name +
                    " usaged …"};
}

} // namespace

LockFile::LockFile(fs::path const& file)
    : descriptor_{::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640)}
{
    if (descriptor_ < 0) throw file_error(file, "the lock file cannot be opened", errno);
    // The destructor does not run for a constructor that throws.
    auto const fail = [this](Error const& error) {
        ::close(descriptor_);
        throw error;
    };
    if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
        if (errno == EWOULDBLOCK) fail(held_by_another(file, descriptor_));
        fail(file_error(file, "cannot be locked", errno));
    }
    auto const process = std::to_string(::getpid()) + "\n";
    if (::ftruncate(descriptor_, 0) != 0 ||
        ::pwrite(descriptor_, process.data(), process.size(), 0) != static_cast<ssize_t>(process.size()))
        fail(file_error(file, "cannot be written", errno));
}

LockFile::LockFile(LockFile&& other) noexcept : descriptor_{std::exchange(other.descriptor_, -1)} {}

LockFile::~LockFile()
{
    if (descriptor_ >= 0) ::close(descriptor_);
}

// A file that was left behind names a process that has gone, or a number that another process has got since.
std::optional<pid_t> process_at_work(fs::path const& state_dir)
{
    auto const descriptor = ::open((state_dir / "lock").c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return std::nullopt;
    auto const process = holder(descriptor);
    bool const at_work = !process.empty() && holds_lock(process, descriptor);
    ::close(descriptor);
    if (!at_work) return std::nullopt;
    return static_cast<pid_t>(std::stol(process));
}

InstanceLock::InstanceLock(fs::path const& state_dir, fs::path const& database)
{
    require_own_directory(state_dir);
    files_.emplace_back(state_dir / "lock");
    std::error_code error;
    auto const resolved = resolve_database(database);
    if (!fs::equivalent(resolved.parent_path(), state_dir, error)) files_.emplace_back(resolved.string() + ".lock");
}

} // namespace usaged
