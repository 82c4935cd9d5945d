#pragma once

#include "daemon/dataset/progress.h"

#include <cstdint>
#include <filesystem>

namespace usaged {

/// Copies `database` into `file`, whether usaged is running or not; what it commits in the meantime is not in the copy.
/// The copy is checked as a whole, is on stable storage on return, and replaces `file` at once or not at all; its mode
/// is 0640. It is one file, without a write-ahead log beside it. Returns its size in bytes.
///
/// Progress is in pages of SQLite. Throws Error with ErrorCategory::storage, also where `file` is the database itself,
/// or where it is in use as a database; then nothing is left behind.
std::uintmax_t back_up(std::filesystem::path const& database, std::filesystem::path const& file,
                       ProgressObserver const& progress);

} // namespace usaged
