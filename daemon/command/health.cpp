#include "daemon/command/health.h"

#include <algorithm>
#include <array>

namespace usaged {

namespace {

/// The longest time between two polls that the schedule plans.
std::chrono::milliseconds interval(ScheduleSettings const& schedule)
{
    auto const planned = schedule.at.empty() ? schedule.every : std::chrono::milliseconds{std::chrono::hours{24}};
    return planned + schedule.jitter;
}

bool needs_a_person(std::string const& category)
{
    static constexpr std::array<std::string_view, 4> categories{"auth", "config", "tls", "storage"};
    return std::find(categories.begin(), categories.end(), category) != categories.end();
}

} // namespace

std::string_view to_string(HealthLevel level)
{
    switch (level) {
    case HealthLevel::ok:
        return "OK";
    case HealthLevel::warning:
        return "WARNING";
    case HealthLevel::critical:
        return "CRITICAL";
    case HealthLevel::unknown:
        return "UNKNOWN";
    }
    return {};
}

Health assess(DatasetReport const& report, ScheduleSettings const& schedule, Timestamp now)
{
    if (!report.last_poll) return {HealthLevel::unknown, "there has been no poll yet"};
    // A poll in hand says nothing yet: the last one that ended counts.
    bool const failed = report.last_error && (!report.last_success || report.last_success->id < report.last_error->id);
    if (failed && needs_a_person(report.last_error->error_category))
        return {HealthLevel::critical, "the last poll failed (" + report.last_error->error_category +
                                           "): " + report.last_error->error_message};
    auto const& success = report.history.last_success;
    // Only tests and the demo poll more often than once a minute: a computer that is busy for a moment is no outage.
    constexpr std::chrono::milliseconds least = std::chrono::minutes{2};
    if (success && now - *success > std::max(2 * interval(schedule), least))
        return {HealthLevel::critical, "no poll has succeeded since " + format_timestamp(*success)};
    // Without a success there is no date to count from: five failures in a row take more than an hour by default.
    if (!success && report.history.failures >= 5)
        return {HealthLevel::critical, "no poll has ever succeeded, the last failed (" +
                                           report.last_error->error_category +
                                           "): " + report.last_error->error_message};
    if (failed)
        return {HealthLevel::warning, "the last poll failed (" + report.last_error->error_category +
                                          "): " + report.last_error->error_message};
    if (report.last_success && !report.last_success->degraded.empty())
        return {HealthLevel::warning, "the last poll is degraded: " + report.last_success->degraded};
    if (!success) return {HealthLevel::unknown, "no poll has succeeded yet"};
    return {};
}

HealthLevel worse(HealthLevel a, HealthLevel b)
{
    static constexpr std::array order{HealthLevel::ok, HealthLevel::unknown, HealthLevel::warning,
                                      HealthLevel::critical};
    auto const rank = [](HealthLevel level) { return std::find(order.begin(), order.end(), level); };
    return rank(a) < rank(b) ? b : a;
}

} // namespace usaged
