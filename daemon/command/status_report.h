#pragma once

#include "config/config.h"
#include "daemon/command/health.h"
#include "storage/reports.h"

#include <cstdint>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace usaged {

/// All that `status` says of one dataset.
struct DatasetStatus {
    DatasetReport report;
    Health health;
    Timestamp next_poll;
};

/// All that `status` says.
struct Status {
    Timestamp checked_at;
    HealthLevel level = HealthLevel::ok;
    std::vector<DatasetStatus> datasets;
    std::optional<pid_t> process; ///< usaged at work on this state directory
    std::string database;
    std::uintmax_t database_bytes = 0;
    std::optional<Timestamp> token_redeemed_at; ///< when the stored refresh token came or was last used; nothing if
                                                ///< none is stored or it is not ours to read
    std::string token_problem;                  ///< why the newest refresh token is not stored; empty if it is
};

/// Reads the database, the lock file and, where that is allowed, the token file; changes nothing.
/// Throws Error with ErrorCategory::storage if there is no database to read.
Status read_status(Config const& config, Timestamp now);

} // namespace usaged
