#include "daemon/poll/schedule.h"

#include <date/tz.h>

#include <algorithm>
#include <cstdint>
#include <stdexcept>

namespace usaged {
namespace {

using std::chrono::milliseconds;

/// A number in [0, 1) that depends on nothing but its arguments: FNV-1a with the finalizer of MurmurHash3.
double fraction(std::string_view seed, Timestamp instant)
{
    std::uint64_t hash = 14695981039346656037u;
    auto const add = [&hash](std::uint64_t byte) { hash = (hash ^ byte) * 1099511628211u; };
    for (char const c : seed) add(static_cast<unsigned char>(c));
    auto const count = static_cast<std::uint64_t>(instant.time_since_epoch().count());
    for (int shift = 0; shift < 64; shift += 8) add((count >> shift) & 0xffu);

    // FNV-1a alone leaves the high bits of instants that are close together alike.
    hash = (hash ^ (hash >> 33)) * 0xff51afd7ed558ccdu;
    hash = (hash ^ (hash >> 33)) * 0xc4ceb9fe1a85ec53u;
    hash ^= hash >> 33;
    return static_cast<double>(hash >> 11) * 0x1p-53;
}

milliseconds part_of(milliseconds whole, double share)
{
    return milliseconds{static_cast<milliseconds::rep>(static_cast<double>(whole.count()) * share)};
}

date::time_zone const& find_zone(std::string const& name)
{
    try {
        return *date::locate_zone(name);
    } catch (std::runtime_error const&) {
        throw Error{ErrorCategory::config, "unknown time zone " + printable(name),
                    "use a name of the IANA time zone data base, such as Europe/Amsterdam, and install tzdata"};
    }
}

/// The first instant at which the clocks of the zone show `local` or later: where it is skipped that is the end of the
/// gap, where it is repeated its first occurrence. So it never falls when `local` rises.
Timestamp first_instant(date::time_zone const& zone, date::local_time<milliseconds> local)
{
    auto const info = zone.get_info(local);
    if (info.result == date::local_info::nonexistent) return info.first.end;
    return Timestamp{local.time_since_epoch() - info.first.offset};
}

Timestamp next_time_of_day(ScheduleSettings const& settings, Timestamp after)
{
    auto const& zone = find_zone(settings.timezone);
    for (auto day = date::floor<date::days>(zone.to_local(after));; day += date::days{1}) {
        for (auto const time_of_day : settings.at) {
            auto const instant = first_instant(zone, day + time_of_day);
            if (instant > after) return instant;
        }
    }
}

Timestamp regular_due(ScheduleSettings const& settings, Timestamp after, std::string_view seed)
{
    auto const base = settings.at.empty() ? after + settings.every : next_time_of_day(settings, after);
    return base + part_of(settings.jitter, fraction(seed, base));
}

milliseconds back_off(ScheduleSettings const& settings, int failures)
{
    auto wait = settings.failed_initial;
    for (int i = 1; i < failures && wait < settings.failed_max; ++i) wait *= 2;
    return std::min(wait, settings.failed_max);
}

/// Neither earlier than `least` nor than what the server asks for, but at the regular due time at the latest.
Timestamp due_after(ScheduleSettings const& settings, Timestamp instant, milliseconds least, std::chrono::seconds asked,
                    std::string_view seed)
{
    auto const latest = regular_due(settings, instant, seed);
    // Compared in seconds first: what the server asks for may not fit into milliseconds.
    asked = std::min(asked, std::chrono::ceil<std::chrono::seconds>(latest - instant));
    return std::min(instant + std::max<milliseconds>(least, asked), latest);
}

Timestamp retry_due(ScheduleSettings const& settings, PollHistory const& history, Timestamp failure,
                    std::string_view seed)
{
    auto const jittered = part_of(back_off(settings, history.failures), 0.5 + fraction(seed, failure) / 2);
    return due_after(settings, failure, jittered, history.retry_after.value_or(std::chrono::seconds{0}), seed);
}

/// When the wait is over that a stop or the end of the process cut short; the beginning of time if there is none.
Timestamp end_of_wait(ScheduleSettings const& settings, PollHistory const& history, Timestamp now,
                      std::string_view seed)
{
    auto const& cut = history.cut_wait;
    if (!cut || cut->at > now) return Timestamp::min();
    return due_after(settings, cut->at, milliseconds{0}, cut->wait, seed);
}

Timestamp due_time(ScheduleSettings const& settings, PollHistory const& history, Timestamp now, std::string_view seed)
{
    bool const killed_once = history.interrupted && history.failures <= 1;
    if (history.stopped || killed_once) return now;
    if (history.last_failure) {
        return *history.last_failure > now ? now : retry_due(settings, history, *history.last_failure, seed);
    }
    if (!history.last_success || *history.last_success > now) return now;
    return regular_due(settings, *history.last_success, seed);
}

} // namespace

Due next_due(ScheduleSettings const& settings, PollHistory const& history, Timestamp now, std::string_view seed)
{
    auto const due = std::max(due_time(settings, history, now, seed), end_of_wait(settings, history, now, seed));
    return {due, history.last_success ? Trigger::schedule : Trigger::startup};
}

bool is_timezone(std::string const& name)
{
    try {
        // A zone is read when it is first used, so use it.
        date::locate_zone(name)->get_info(std::chrono::system_clock::now());
        return true;
    } catch (std::runtime_error const&) {
        return false;
    }
}

} // namespace usaged
