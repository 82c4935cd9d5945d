#include "daemon/command/health.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 7 / 15} + 12h};

ScheduleSettings daily()
{
    ScheduleSettings schedule;
    schedule.every = 24h;
    schedule.jitter = 15min;
    return schedule;
}

/// A dataset whose last poll succeeded `age` ago.
DatasetReport succeeded(std::chrono::milliseconds age)
{
    DatasetReport report;
    report.last_success = PollReport{};
    report.last_success->id = 1;
    report.last_success->outcome = "ok";
    report.last_poll = report.last_success;
    report.history.last_success = now - age;
    return report;
}

/// The same, with polls that failed since.
DatasetReport failed(DatasetReport report, std::string const& category)
{
    report.last_error = PollReport{};
    report.last_error->id = 2;
    report.last_error->error_category = category;
    report.last_error->error_message = "what happened";
    report.last_poll = report.last_error;
    report.history.failures = 1;
    report.history.last_failure = now;
    return report;
}

HealthLevel level(DatasetReport const& report, ScheduleSettings const& schedule = daily())
{
    auto const health = assess(report, schedule, now);
    CHECK(health.reason.empty() == (health.level == HealthLevel::ok));
    return health.level;
}

} // namespace

TEST_CASE("the levels are those of monitoring plug-ins")
{
    CHECK(static_cast<int>(HealthLevel::ok) == 0);
    CHECK(static_cast<int>(HealthLevel::warning) == 1);
    CHECK(static_cast<int>(HealthLevel::critical) == 2);
    CHECK(static_cast<int>(HealthLevel::unknown) == 3);
    CHECK(to_string(HealthLevel::ok) == "OK");
    CHECK(to_string(HealthLevel::warning) == "WARNING");
    CHECK(to_string(HealthLevel::critical) == "CRITICAL");
    CHECK(to_string(HealthLevel::unknown) == "UNKNOWN");
}

TEST_CASE("a dataset that was never polled is unknown")
{
    CHECK(assess({}, daily(), now).level == HealthLevel::unknown);
    DatasetReport stopped;
    stopped.last_poll = PollReport{};
    CHECK(level(stopped) == HealthLevel::unknown);
}

TEST_CASE("without a success for two intervals the state is critical")
{
    CHECK(level(succeeded(0s)) == HealthLevel::ok);
    CHECK(level(succeeded(48h + 30min)) == HealthLevel::ok);
    CHECK(level(succeeded(48h + 30min + 1ms)) == HealthLevel::critical);
    CHECK(assess(succeeded(72h), daily(), now).reason == "no poll has succeeded since 2026-07-12T12:00:00.000Z");
    auto hourly = daily();
    hourly.every = 1h;
    CHECK(level(succeeded(3h), hourly) == HealthLevel::critical);
    hourly.at = {6h};
    CHECK(level(succeeded(47h), hourly) == HealthLevel::ok);
}

TEST_CASE("a failure is a warning while usaged can help itself, else critical")
{
    struct Case {
        std::string category;
        HealthLevel level;
    };
    Case const cases[] = {
        {"network", HealthLevel::warning},  {"http", HealthLevel::warning}, {"throttled", HealthLevel::warning},
        {"protocol", HealthLevel::warning}, {"data", HealthLevel::warning}, {"auth", HealthLevel::critical},
        {"config", HealthLevel::critical},  {"tls", HealthLevel::critical}, {"storage", HealthLevel::critical},
    };
    for (auto const& each : cases) {
        CAPTURE(each.category);
        CHECK(level(failed(succeeded(1h), each.category)) == each.level);
        CHECK(level(failed({}, each.category)) == each.level);
        CHECK(level(failed(succeeded(72h), each.category)) == HealthLevel::critical);
        CHECK(assess(failed(succeeded(1h), each.category), daily(), now).reason ==
              "the last poll failed (" + each.category + "): what happened");
    }
}

TEST_CASE("five failures in a row without a success ever are critical, whatever their category")
{
    auto report = failed({}, "network");
    report.history.failures = 4;
    CHECK(level(report) == HealthLevel::warning);
    report.history.failures = 5;
    CHECK(level(report) == HealthLevel::critical);
}

TEST_CASE("an error before the last success is history")
{
    auto report = failed(succeeded(1h), "auth");
    report.last_success->id = 3;
    report.history.failures = 0;
    CHECK(level(report) == HealthLevel::ok);
}

TEST_CASE("a poll in hand after a success does not bring an old error back")
{
    auto report = failed(succeeded(1h), "auth");
    report.last_success->id = 3;
    report.last_poll = PollReport{};
    report.last_poll->id = 4;
    report.history.failures = 1; // it counts as interrupted until it ends
    CHECK(level(report) == HealthLevel::ok);
}

TEST_CASE("a degraded poll is a warning with its reason")
{
    auto report = succeeded(1h);
    report.last_success->degraded = "0 rows";
    CHECK(level(report) == HealthLevel::warning);
    CHECK(assess(report, daily(), now).reason == "the last poll is degraded: 0 rows");
}

TEST_CASE("of two levels the worse one counts, and unknown is better than a known fault")
{
    using enum HealthLevel;
    struct Case {
        HealthLevel a;
        HealthLevel b;
        HealthLevel worse;
    };
    static constexpr Case cases[] = {
        {ok, ok, ok},
        {ok, unknown, unknown},
        {ok, warning, warning},
        {unknown, warning, warning},
        {unknown, critical, critical},
        {warning, critical, critical},
    };
    for (auto const& each : cases) {
        CAPTURE(to_string(each.a));
        CAPTURE(to_string(each.b));
        CHECK(worse(each.a, each.b) == each.worse);
        CHECK(worse(each.b, each.a) == each.worse);
    }
}

TEST_CASE("a schedule of milliseconds, as the demo has it, is not overdue after some of them")
{
    auto often = daily();
    often.every = 100ms;
    often.jitter = 0ms;
    CHECK(level(succeeded(2min), often) == HealthLevel::ok);
    CHECK(level(succeeded(2min + 1ms), often) == HealthLevel::critical);
}

} // namespace usaged::test
