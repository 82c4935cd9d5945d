#pragma once

#include "daemon/dataset/progress.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>

namespace usaged {

/// Copies `database` into `file`, whether usaged is running or not; what it commits in the meantime is not in the copy.
/// The copy is checked as a whole, is on stable storage on return, and replaces `file` at once or not at all; its mode
/// is 0640. It is one file, without a write-ahead log beside it. Returns its size in bytes; nothing if `stopped` said
/// true, which is asked now and then.
///
/// It is made in `file`.partial, which does not stay, save where the process is killed: then the next backup to `file`
/// takes it over. Progress is in pages of SQLite. Throws Error with ErrorCategory::storage, also where either file is
/// the database itself or is in use as a database, and with ErrorCategory::locked while another backup to `file` is
/// made.
std::optional<std::uintmax_t> back_up(std::filesystem::path const& database, std::filesystem::path const& file,
                                      ProgressObserver const& progress, std::function<bool()> const& stopped = {});

} // namespace usaged
