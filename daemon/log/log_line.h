#pragma once

#include "daemon/log/log.h"

#include <string>

namespace usaged {

// The lines of the log without time and line end. Whatever an event holds, they are valid UTF-8 and have no control
// characters. The value of a field is cut at 200 bytes, but for the remedy, which holds our own words.

/// As syslog counts: 7 for debug, 3 for error (sd-daemon(3)).
char priority(LogLevel level);

/// The value of a field, cut, but not escaped.
std::string field_text(LogEvent::Field const& field);

/// `poll_failed - detail dataset=partner_licenses_usage http_status=503 remedy="what to do"`: what happened first, what
/// to do last, wherever it stands among the fields. A value is quoted where it would be unclear.
std::string message_text(LogEvent const& event);

/// message_text after the level: `error poll_failed - …`.
std::string text_line(LogEvent const& event);

/// text_line after the level's priority as systemd reads it from standard error: `<6>` (sd-daemon(3)).
std::string journal_line(LogEvent const& event);

/// `"level":"info","event":"snapshot_committed","category":null,"detail":"…","rows":5}`: a JSON object without its
/// beginning. `category` is null where the event is no fault.
std::string json_members(LogEvent const& event);

} // namespace usaged
