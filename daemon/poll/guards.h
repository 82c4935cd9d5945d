#pragma once

#include "daemon/dataset/decode.h"
#include "daemon/dataset/snapshot.h"
#include "storage/snapshot_store.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace usaged {

/// `guards` of the configuration: what the server says is checked against what it said before.
struct GuardSettings {
    std::int64_t min_rows = 1;
    double max_shrink = 0.5; ///< a share: 0.5 is 50%
    std::chrono::milliseconds frozen_after{std::chrono::hours{24 * 14}};
    DecodeRules rules; ///< total_count and on_bad_row
};

/// Why a snapshot degrades its poll, in words with the last good number; empty if it does not. A degraded snapshot is
/// stored all the same: upserting takes nothing away, and not to store it could lose a day. `last_good` is the last
/// poll that was not degraded; its rows are compared until polls have been degraded for longer than `frozen_after`, so
/// that a loss that lasts is the new normal in the end. What the snapshot says itself is among the reasons. Pure.
std::string judge(GuardSettings const& guards, Snapshot const& snapshot,
                  std::optional<AppliedSnapshot> const& last_good, Timestamp now);

/// The same for the snapshot of a past processing date, whose rows may be few or gone. Pure.
std::string judge_past_date(Snapshot const& snapshot);

} // namespace usaged
