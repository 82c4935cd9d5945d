#pragma once

#include <filesystem>
#include <optional>
#include <sys/types.h>
#include <vector>

namespace usaged {

/// One file that one process at a time holds; it contains the holder's process id. The kernel lets go of it when the
/// process ends in whatever way, so a file that was left behind is no obstacle.
class LockFile {
public:
    /// Throws Error with ErrorCategory::locked if another process, which it names, holds it, and ErrorCategory::storage
    /// if the file cannot be made.
    explicit LockFile(std::filesystem::path const& file);
    LockFile(LockFile&& other) noexcept;
    LockFile& operator=(LockFile&&) = delete;
    ~LockFile();

private:
    int descriptor_;
};

/// One process at a time uses the tokens in `state_dir` and writes `database`: locks `state_dir/lock`, and for a
/// database elsewhere `<database>.lock` too. Both directories must exist. Throws as LockFile does.
class InstanceLock {
public:
    InstanceLock(std::filesystem::path const& state_dir, std::filesystem::path const& database);

private:
    std::vector<LockFile> files_;
};

/// The process that holds the lock of `state_dir`; nothing if there is none, or if its file is not ours to read.
/// Touches no lock: who only looks must not keep usaged from starting.
std::optional<pid_t> process_at_work(std::filesystem::path const& state_dir);

} // namespace usaged
