#pragma once

#include "config/config.h"
#include "storage/reports.h"

#include <string>

namespace usaged {

/// As monitoring plug-ins grade, worst last but for unknown; the number is the exit status.
enum class HealthLevel { ok = 0, warning = 1, critical = 2, unknown = 3 };
std::string_view to_string(HealthLevel level);

struct Health {
    HealthLevel level = HealthLevel::ok;
    std::string reason; ///< empty for ok
};

/// How a dataset stands:
/// critical – a person has to act (category auth, config, tls or storage), or there has been no success for two
/// intervals (two minutes at the least); warning – the last poll failed or is degraded; unknown – there has been no
/// poll. Pure.
Health assess(DatasetReport const& report, ScheduleSettings const& schedule, Timestamp now);

/// The worse of the two.
HealthLevel worse(HealthLevel a, HealthLevel b);

} // namespace usaged
