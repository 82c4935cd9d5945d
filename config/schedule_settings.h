#pragma once

#include "config/section.h"
#include "daemon/poll/schedule.h"

namespace usaged {

/// Reads a section `schedule`. `settings` are those to start from: the defaults, or for one dataset the general ones.
/// `loopback`: the service is on this computer, so polls may follow faster.
void read_schedule(Section& section, bool loopback, ScheduleSettings& settings);

} // namespace usaged
