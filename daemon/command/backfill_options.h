#pragma once

#include "daemon/command/command.h"

#include <chrono>
#include <string>
#include <vector>

namespace usaged {

/// What the command line asks for. Throws UsageError for what is no date `YYYY-MM-DD`, and for dates that are in the
/// wrong order, in the future, or more than 3660 days.
BackfillOptions backfill_options(std::string const& from, std::string const& to, std::vector<std::string> datasets,
                                 std::chrono::sys_days today);

} // namespace usaged
