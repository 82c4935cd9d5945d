#include "config/schedule_settings.h"

#include "config/value.h"

#include <algorithm>

namespace usaged {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::days day{1};

void read_times_of_day(Section& section, std::vector<std::chrono::minutes>& times)
{
    auto const setting = section.find("at");
    if (!setting) return;
    times.clear();
    for (auto const& element : setting->elements()) {
        auto const scalar = element.scalar();
        if (!scalar) continue;
        auto const time = time_of_day()(*scalar);
        if (!time.value) {
            element.complain(time.wrong);
        } else if (std::ranges::find(times, *time.value) != times.end()) {
            element.complain("is in the list already");
        } else {
            times.push_back(*time.value);
        }
    }
    std::ranges::sort(times);
}

} // namespace

void read_schedule(Section& section, bool loopback, ScheduleSettings& settings)
{
    if (section.has("every") && section.has("at")) section.complain("at", "excludes `every`: give one of the two");
    if (section.has("every")) settings.at.clear();
    section.read("every", settings.every, duration(1ms, 366 * day));
    if (section.has("every") && settings.every < 1min && !loopback) {
        section.complain("every", "must be at least 1m, unless the host of base_url is a loopback address");
    }
    read_times_of_day(section, settings.at);
    section.read("timezone", settings.timezone, timezone_name());
    section.read("jitter", settings.jitter, duration(0ms, day));
}

} // namespace usaged
