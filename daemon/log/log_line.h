#pragma once

#include "daemon/log/log.h"

#include <string>

namespace usaged {

// The lines of the log without time and line end. Whatever an event holds, they are valid UTF-8 and have no control
// characters.

/// `error poll_failed - detail dataset=partner_licenses_usage http_status=503 remedy="what to do"`: what happened
/// first, what to do last, wherever it stands among the fields. A value is quoted where it would be unclear.
std::string text_line(LogEvent const& event);

/// text_line after the level's priority as systemd reads it from standard error: `<6>` (sd-daemon(3)).
std::string journal_line(LogEvent const& event);

/// `"level":"info","event":"snapshot_committed","detail":"…","rows":5}`: a JSON object without its beginning.
std::string json_members(LogEvent const& event);

} // namespace usaged
