#pragma once

#include "config/config.h"
#include "daemon/command/doctor_report.h"

namespace usaged {

/// Which of the credentials that the configuration names can be used, as far as this computer can tell.
struct UsableCredentials {
    bool for_connections = true; ///< trusted roots, revocation lists, the proxy's password
    bool for_tokens = true;      ///< what the application proves its identity with, and a refresh token
};

/// Reads each of them and reports on it, without showing it.
UsableCredentials check_credentials(Config const& config, Timestamp now, DoctorReport& report);

} // namespace usaged
