#pragma once

#include "daemon/fault/error.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace usaged {

enum class LogLevel { trace, debug, info, warn, error };
enum class LogFormat { automatic, text, json, journal };

/// One thing that happened, for people and for machines. The names of events and fields are those of the manual.
struct LogEvent {
    using Field = std::pair<std::string_view, std::variant<std::string, std::int64_t>>;

    LogLevel level = LogLevel::info;
    std::string_view event;
    std::string detail;        ///< in words
    std::vector<Field> fields; ///< in the order they are shown
    LogEvent() = default;      // a declared constructor: see daemon/net/http.h
    LogEvent(LogLevel event_level, std::string_view event_name, std::string event_detail)
        : level{event_level}, event{event_name}, detail{std::move(event_detail)}
    {
    }
    LogEvent&& with(std::string_view name, std::string value) &&;
    LogEvent&& with(std::string_view name, std::int64_t value) &&;
    /// poll, category, endpoint, attempt, http_status, api_code, request_id, correlation_id, trace_id, entra_timestamp
    /// and remedy, as far as they are known.
    LogEvent&& with(Error const& error) &&;
};

/// Writes events to standard error or to the journal, one line each: valid UTF-8 without control characters, whatever
/// they hold.
class Log {
public:
    /// `automatic` is journal under systemd ($JOURNAL_STREAM names the descriptor), else text. Makes the process ignore
    /// SIGPIPE, so that a reader that has gone is ignored. The descriptor stays the caller's.
    ///
    /// The format `journal` gives entries with all their fields to journald itself if $JOURNAL_STREAM names the
    /// descriptor: then what is written there would come to the same journal, as lines. Where it does not, or where
    /// journald's socket cannot be had, it writes lines with a priority to the descriptor.
    Log(LogLevel level, LogFormat format, int descriptor = 2);

    /// A log that writes to the same place, at the same level, with `context` before the fields of each event. A field
    /// that the event has itself keeps the event's value.
    Log with(std::vector<LogEvent::Field> const& context) const;

    void write(LogEvent const& event);

    LogLevel level() const;
    void level(LogLevel value);

    /// From now on calls `hook` before each line that is written, so that something else on the same terminal can make
    /// room; an empty one ends that.
    void before_write(std::function<void()> hook);

private:
    class Impl;
    std::shared_ptr<Impl> impl_; // with every log made of this one
    std::vector<LogEvent::Field> context_;
};

} // namespace usaged
