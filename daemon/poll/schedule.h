#pragma once

#include "daemon/dataset/timestamp.h"
#include "storage/snapshot_store.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// `schedule` and `retry.failed_poll` of the configuration, for one dataset.
struct ScheduleSettings {
    std::chrono::milliseconds every{std::chrono::hours{24}}; ///< from the last success; heeded if `at` is empty
    std::vector<std::chrono::minutes> at;                    ///< times of day, as minutes since midnight, ascending
    std::string timezone = "UTC";                            ///< IANA zone of `at`
    std::chrono::milliseconds jitter{std::chrono::minutes{15}};
    std::chrono::milliseconds failed_initial{std::chrono::minutes{5}};
    std::chrono::milliseconds failed_max{std::chrono::hours{2}};
};

/// When a dataset is to be polled next, and why.
struct Due {
    Timestamp at; ///< not after `now` if it is due
    Trigger trigger = Trigger::schedule;
};

/// Computed from the polls in the database and the wall clock alone, so a restart neither skips a poll nor repeats one.
/// - Never polled, or cut short by a stop: due now. Killed in the middle of a poll: due now the first time. But a wait
///   that the server asked for in that poll is kept first, until the regular due time after it at the latest.
/// - After a success: `every` later, or at the next of the times of day, plus a part of `jitter`. A time of day that
///   the zone skips means the end of the gap, one that it repeats means its first occurrence.
/// - After failures: by the doubling back-off, of which jitter takes up to half away; not before the server's
///   Retry-After, but at the regular due time after the failure at the latest.
/// - A poll that lies in the future shows that the clock went back: due now. Due times missed are made up for once.
///
/// The trigger is `startup` until there has been a success, `schedule` from then on.
/// `seed` names the installation and the dataset: the jitter is drawn from it and from the undelayed due time, so that
/// a restart does not change it. Pure. Throws Error with ErrorCategory::config if `at` is in a zone that is_timezone
/// does not know.
Due next_due(ScheduleSettings const& settings, PollHistory const& history, Timestamp now, std::string_view seed);

/// Whether the time zone data base knows `name`.
bool is_timezone(std::string const& name);

} // namespace usaged
