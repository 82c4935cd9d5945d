#pragma once

#include "config/config.h"
#include "daemon/command/doctor_report.h"

namespace usaged {

/// Looks at the state directory, the database and the free space, and changes nothing.
/// Whether a new refresh token can be stored.
bool check_storage(Config const& config, DoctorReport& report);

} // namespace usaged
