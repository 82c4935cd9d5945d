#include "daemon/log/log.h"

#include "daemon/log/journal_entry.h"
#include "daemon/log/log_line.h"

#include <spdlog/details/null_mutex.h>
#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

namespace usaged {
namespace {

/// One write a line, so that lines of other processes do not get in between.
class DescriptorSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    explicit DescriptorSink(int descriptor) : descriptor_{descriptor} {}

private:
    void sink_it_(spdlog::details::log_msg const& message) override
    {
        spdlog::memory_buf_t line;
        formatter_->format(message, line);
        std::string_view rest{line.data(), line.size()};
        while (!rest.empty()) {
            auto const written = ::write(descriptor_, rest.data(), rest.size());
            if (written < 0 && errno == EINTR) continue;
            if (written < 0) return; // nobody is left to tell
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    void flush_() override {}

    int descriptor_;
};

/// As systemd says it: device and inode of the stream (systemd.exec(5), $JOURNAL_STREAM).
bool is_journal_stream(int descriptor)
{
    char const* const stream = std::getenv("JOURNAL_STREAM");
    struct ::stat status {};
    if (stream == nullptr || ::fstat(descriptor, &status) != 0) return false;
    return std::to_string(status.st_dev) + ':' + std::to_string(status.st_ino) == stream;
}

LogFormat resolve(LogFormat format, int descriptor)
{
    if (format != LogFormat::automatic) return format;
    return is_journal_stream(descriptor) ? LogFormat::journal : LogFormat::text;
}

char const* pattern(LogFormat format)
{
    switch (format) {
    case LogFormat::json:
        return "{\"ts\":\"%Y-%m-%dT%H:%M:%S.%eZ\",%v";
    case LogFormat::journal:
        return "%v";
    case LogFormat::automatic:
    case LogFormat::text:
        break;
    }
    return "%Y-%m-%dT%H:%M:%SZ %v";
}

spdlog::level::level_enum spdlog_level(LogLevel level)
{
    switch (level) {
    case LogLevel::trace:
        return spdlog::level::trace;
    case LogLevel::debug:
        return spdlog::level::debug;
    case LogLevel::info:
        return spdlog::level::info;
    case LogLevel::warn:
        return spdlog::level::warn;
    case LogLevel::error:
        break;
    }
    return spdlog::level::err;
}

/// The fields of both in this order; of two with one name the first stays where it is and takes the value of the
/// second.
std::vector<LogEvent::Field> merged(std::vector<LogEvent::Field> first, std::vector<LogEvent::Field> const& second)
{
    for (auto const& field : second) {
        auto const same = std::ranges::find(first, field.first, &LogEvent::Field::first);
        if (same == first.end())
            first.push_back(field);
        else
            same->second = field.second;
    }
    return first;
}

} // namespace

class Log::Impl {
public:
    Impl(LogFormat format, int descriptor)
        : format_{resolve(format, descriptor)}, journal_{format_ == LogFormat::journal &&
                                                         is_journal_stream(descriptor)},
          logger_{"usaged", std::make_shared<DescriptorSink>(descriptor)}
    {
        logger_.set_formatter(
            std::make_unique<spdlog::pattern_formatter>(pattern(format_), spdlog::pattern_time_type::utc, "\n"));
    }

    LogLevel level() const { return level_; }

    void level(LogLevel value)
    {
        level_ = value;
        logger_.set_level(spdlog_level(value));
    }

    void before_write(std::function<void()> hook) { before_write_ = std::move(hook); }

    void write(LogEvent const& event)
    {
        auto const level = spdlog_level(event.level);
        if (!logger_.should_log(level)) return;
        if (before_write_) before_write_();
        if (!journal_ || !send_to_journal(journal_entry(event))) logger_.log(level, line(event));
    }

private:
    std::string line(LogEvent const& event) const
    {
        switch (format_) {
        case LogFormat::json:
            return json_members(event);
        case LogFormat::journal:
            return journal_line(event);
        case LogFormat::automatic:
        case LogFormat::text:
            break;
        }
        return text_line(event);
    }

    LogFormat format_;
    bool journal_; ///< its reader is journald, which takes entries too
    LogLevel level_ = LogLevel::info;
    spdlog::logger logger_;
    std::function<void()> before_write_;
};

Log::Log(LogLevel level, LogFormat format, int descriptor) : impl_{std::make_shared<Impl>(format, descriptor)}
{
    std::signal(SIGPIPE, SIG_IGN); // a reader that has gone must not end the daemon
    impl_->level(level);
}

Log Log::with(std::vector<LogEvent::Field> const& context) const
{
    auto log = *this;
    log.context_ = merged(context_, context);
    return log;
}

void Log::write(LogEvent const& event)
{
    if (context_.empty()) return impl_->write(event);
    auto in_context = event;
    in_context.fields = merged(context_, event.fields);
    impl_->write(in_context);
}

LogLevel Log::level() const
{
    return impl_->level();
}

void Log::level(LogLevel value)
{
    impl_->level(value);
}

void Log::before_write(std::function<void()> hook)
{
    impl_->before_write(std::move(hook));
}

LogEvent&& LogEvent::with(std::string_view name, std::string value) &&
{
    fields.emplace_back(name, std::move(value));
    return std::move(*this);
}

LogEvent&& LogEvent::with(std::string_view name, std::int64_t value) &&
{
    fields.emplace_back(name, value);
    return std::move(*this);
}

LogEvent&& LogEvent::with(Error const& error) &&
{
    auto const add = [this](std::string_view name, std::string const& value) {
        if (!value.empty()) fields.emplace_back(name, value);
    };
    if (error.poll()) fields.emplace_back("poll", *error.poll());
    add("category", std::string{to_string(error.category())});
    add("endpoint", error.endpoint());
    if (error.attempt()) fields.emplace_back("attempt", std::int64_t{*error.attempt()});
    if (error.http_status()) fields.emplace_back("http_status", std::int64_t{*error.http_status()});
    add("api_code", error.api_code());
    add("request_id", error.ids().request_id);
    add("correlation_id", error.ids().correlation_id);
    add("trace_id", error.ids().trace_id);
    add("entra_timestamp", error.ids().timestamp);
    add("remedy", error.remedy());
    return std::move(*this);
}

} // namespace usaged
