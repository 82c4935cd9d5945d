#pragma once

#include "daemon/command/status_report.h"
#include "daemon/fault/error.h"

#include <string>

namespace usaged {

/// For programs: a JSON document of one line in the shape of config/status.schema.json.
std::string status_json(Status const& status);

/// The same where the status cannot be told.
std::string unknown_status_json(Error const& error, Timestamp checked_at);

} // namespace usaged
