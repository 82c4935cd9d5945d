#pragma once

#include "config/config.h"
#include "daemon/command/doctor_report.h"

namespace usaged {

/// What of it a check may write to.
struct UsableStorage {
    bool state = false;    ///< a new refresh token can be stored
    bool database = false; ///< it is there, ours, sound, of this version, and can be written
};

/// Looks at the state directory, the database and the free space, and changes nothing.
UsableStorage check_storage(Config const& config, DoctorReport& report);

} // namespace usaged
