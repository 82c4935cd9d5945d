#include "daemon/poll/schedule.h"

#include <doctest/doctest.h>

#include <map>
#include <random>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

Timestamp at(std::string const& text)
{
    auto const instant = parse_timestamp(text);
    REQUIRE(instant);
    return *instant;
}

constexpr Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 6 / 15} + 12h};

ScheduleSettings every(milliseconds interval, milliseconds jitter = 0ms)
{
    ScheduleSettings settings;
    settings.every = interval;
    settings.jitter = jitter;
    return settings;
}

ScheduleSettings daily(std::string zone, std::vector<std::chrono::minutes> times, milliseconds jitter = 0ms)
{
    auto settings = every(24h, jitter);
    settings.at = std::move(times);
    settings.timezone = std::move(zone);
    return settings;
}

PollHistory succeeded(Timestamp when)
{
    PollHistory history;
    history.last_success = when;
    return history;
}

PollHistory failed(int failures, Timestamp when)
{
    auto history = succeeded(when - 20h);
    history.failures = failures;
    history.last_failure = when;
    return history;
}

std::string due_text(ScheduleSettings const& settings, PollHistory const& history, Timestamp now)
{
    return *normalize_timestamp(
        format_timestamp(next_due(settings, history, now, "seed").at)); // without milliseconds that are none
}

} // namespace

TEST_CASE("a dataset that was never polled is due now, because of the start")
{
    auto const due = next_due(every(24h, 15min), PollHistory{}, noon, "seed");
    CHECK(due.at == noon);
    CHECK(due.trigger == Trigger::startup);
}

TEST_CASE("the trigger is startup until the first success, however many polls failed")
{
    auto history = failed(3, noon);
    CHECK(next_due(every(24h), history, noon, "seed").trigger == Trigger::schedule);
    history.last_success.reset();
    CHECK(next_due(every(24h), history, noon, "seed").trigger == Trigger::startup);
}

TEST_CASE("an interval counts from the last success")
{
    CHECK(due_text(every(24h), succeeded(noon), noon + 3h) == "2026-06-16T12:00:00Z");
    CHECK(due_text(every(90s), succeeded(noon), noon) == "2026-06-15T12:01:30Z");
}

TEST_CASE("a time of day is the next one of the zone")
{
    struct Case {
        std::string last_success;
        std::string due;
    };
    for (auto const& each :
         {Case{"2026-06-15T04:29:59Z", "2026-06-15T04:30:00Z"}, Case{"2026-06-15T04:30:00Z", "2026-06-15T16:00:00Z"},
          Case{"2026-06-15T16:00:01Z", "2026-06-16T04:30:00Z"}, Case{"2026-06-15T22:30:00Z", "2026-06-16T04:30:00Z"},
          Case{"2026-12-31T22:30:00Z", "2027-01-01T05:30:00Z"}}) {
        CAPTURE(each.last_success);
        auto const settings = daily("Europe/Amsterdam", {6h + 30min, 18h});
        CHECK(due_text(settings, succeeded(at(each.last_success)), at(each.last_success)) == each.due);
    }
}

TEST_CASE("a skipped time of day means the end of the gap, a repeated one its first occurrence")
{
    struct Case {
        std::string zone;
        std::chrono::minutes time;
        std::string last_success;
        std::string due;
        std::string next; ///< after a poll right at `due`
    };
    for (auto const& each : {
             Case{"Europe/Amsterdam", 150min, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"},
             Case{"Europe/Amsterdam", 150min, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"},
             Case{"America/New_York", 150min, "2026-03-07T12:00:00Z", "2026-03-08T07:00:00Z", "2026-03-09T06:30:00Z"},
             Case{"America/New_York", 90min, "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z", "2026-11-02T06:30:00Z"},
             Case{"Australia/Lord_Howe", 135min, "2026-10-03T00:00:00Z", "2026-10-03T15:30:00Z",
                  "2026-10-04T15:15:00Z"},
             Case{"Australia/Lord_Howe", 105min, "2026-04-04T00:00:00Z", "2026-04-04T14:45:00Z",
                  "2026-04-05T15:15:00Z"},
             Case{"America/Sao_Paulo", 0min, "2018-11-03T12:00:00Z", "2018-11-04T03:00:00Z", "2018-11-05T02:00:00Z"},
             Case{"America/Sao_Paulo", 23h + 30min, "2018-02-17T12:00:00Z", "2018-02-18T01:30:00Z",
                  "2018-02-19T02:30:00Z"},
             Case{"Asia/Beirut", 30min, "2026-03-28T12:00:00Z", "2026-03-28T22:00:00Z", "2026-03-29T21:30:00Z"},
             Case{"Pacific/Apia", 390min, "2011-12-29T20:00:00Z", "2011-12-30T10:00:00Z", "2011-12-30T16:30:00Z"},
         }) {
        CAPTURE(each.zone);
        CAPTURE(each.last_success);
        auto const settings = daily(each.zone, {each.time});
        CHECK(due_text(settings, succeeded(at(each.last_success)), at(each.last_success)) == each.due);
        CHECK(due_text(settings, succeeded(at(each.due)), at(each.due)) == each.next);
    }
}

TEST_CASE("two times of day in one gap are one poll")
{
    auto const settings = daily("Europe/Amsterdam", {2h + 15min, 2h + 45min});
    auto const end_of_gap = at("2026-03-29T01:00:00Z");
    CHECK(due_text(settings, succeeded(at("2026-03-28T12:00:00Z")), end_of_gap) ==
          *normalize_timestamp(format_timestamp(end_of_gap)));
    CHECK(due_text(settings, succeeded(end_of_gap), end_of_gap) == "2026-03-30T00:15:00Z");
}

TEST_CASE("jitter only delays, by a part of what is allowed that no restart changes")
{
    std::map<milliseconds, int> delays;
    for (int i = 0; i < 1000; ++i) {
        auto const history = succeeded(noon + i * 1h);
        auto const due = next_due(every(24h, 15min), history, noon + i * 1h + 5min, "seed").at;
        auto const delay = due - (*history.last_success + 24h);
        CHECK(delay >= 0ms);
        CHECK(delay < 15min);
        CHECK(next_due(every(24h, 15min), history, noon + i * 1h + 9h, "seed").at == due);
        ++delays[delay / 150000 * 150000];
    }
    REQUIRE(delays.size() == 6);
    for (auto const& [delay, count] : delays) CHECK(count > 120); // of 167
}

TEST_CASE("the jitter of a seed is the same on every machine and in every version")
{
    CHECK(due_text(every(24h, 15min), succeeded(noon), noon) == "2026-06-16T12:14:22.484Z");
    CHECK(next_due(every(24h, 15min), succeeded(noon), noon, "other").at !=
          next_due(every(24h, 15min), succeeded(noon), noon, "seed").at);
}

TEST_CASE("due times that passed while the machine was off are one poll, due already")
{
    for (auto const& settings : {every(24h, 15min), daily("UTC", {6h + 30min, 18h}, 15min)}) {
        auto const now = noon + 24h * 10;
        auto const due = next_due(settings, succeeded(noon), now, "seed");
        CHECK(due.at <= now);
        CHECK(due.trigger == Trigger::schedule);
        CHECK(next_due(settings, succeeded(now), now, "seed").at > now);
    }
}

TEST_CASE("a poll that lies in the future, because the clock went back, is no reason to wait")
{
    CHECK(next_due(every(24h, 15min), succeeded(noon + 1s), noon, "seed").at == noon);
    CHECK(next_due(daily("UTC", {6h}), succeeded(noon + 24h * 400), noon, "seed").at == noon);
    CHECK(next_due(every(24h, 15min), failed(5, noon + 1s), noon, "seed").at == noon);
}

TEST_CASE("a failure after the clock went back backs off, although the last success lies in the future")
{
    auto history = failed(1, noon);
    history.last_success = noon + 24h;
    CHECK(next_due(every(24h), history, noon, "seed").at > noon);
}

TEST_CASE("failures back off by doubling up to the limit, of which jitter takes at most half away")
{
    struct Case {
        int failures;
        milliseconds back_off;
    };
    for (auto const& each :
         {Case{1, 5min}, Case{2, 10min}, Case{3, 20min}, Case{5, 80min}, Case{6, 2h}, Case{7, 2h}, Case{100000, 2h}}) {
        CAPTURE(each.failures);
        for (auto when = noon; when < noon + 50min; when += 1min) {
            auto const wait = next_due(every(24h), failed(each.failures, when), when, "seed").at - when;
            CHECK(wait >= each.back_off / 2);
            CHECK(wait <= each.back_off);
        }
    }
}

TEST_CASE("after a failure the server's Retry-After is waited for, but not past the next regular due time")
{
    struct Case {
        std::chrono::seconds retry_after;
        std::string due;
    };
    for (auto const& each :
         {Case{3h, "2026-06-15T15:00:00Z"}, Case{6h, "2026-06-15T18:00:00Z"}, Case{6h + 1s, "2026-06-15T18:00:00Z"},
          Case{std::chrono::seconds::max(), "2026-06-15T18:00:00Z"}}) {
        CAPTURE(each.retry_after.count());
        auto history = failed(1, noon);
        history.retry_after = each.retry_after;
        CHECK(due_text(every(6h), history, noon) == each.due);
        CHECK(due_text(daily("UTC", {18h}), history, noon) == each.due);
    }
}

TEST_CASE("a Retry-After shorter than the back-off, or a negative one, changes nothing")
{
    auto history = failed(2, noon);
    auto const alone = next_due(every(6h), history, noon, "seed").at;
    for (auto const retry_after : {std::chrono::seconds{-100}, std::chrono::seconds{0}, std::chrono::seconds{60}}) {
        history.retry_after = retry_after;
        CHECK(next_due(every(6h), history, noon, "seed").at == alone);
    }
}

TEST_CASE("a failed poll is tried again at the next regular due time at the latest")
{
    CHECK(due_text(every(1min), failed(9, noon), noon) == "2026-06-15T12:01:00Z");
    CHECK(due_text(daily("UTC", {12h + 1min}), failed(9, noon), noon) == "2026-06-15T12:01:00Z");
}

TEST_CASE("a poll that a stop of usaged cut short is due at once")
{
    auto history = succeeded(noon);
    history.stopped = true;
    CHECK(next_due(every(24h), history, noon + 1min, "seed").at == noon + 1min);
}

TEST_CASE("a poll that was killed is due at once, but backs off when it is killed again")
{
    auto history = failed(1, noon);
    history.interrupted = true;
    CHECK(next_due(every(24h), history, noon, "seed").at == noon);
    history.failures = 2;
    CHECK(next_due(every(24h), history, noon, "seed").at >= noon + 5min);
}

TEST_CASE("a wait that the server asked for goes on after a stop or a kill, but not past the next regular due time")
{
    struct Case {
        std::chrono::seconds wait;
        std::string due;
    };
    for (auto const& each :
         {Case{10min, "2026-06-15T12:10:00Z"}, Case{0s, "2026-06-15T12:01:00Z"}, Case{-1h, "2026-06-15T12:01:00Z"},
          Case{7h, "2026-06-15T18:00:00Z"}, Case{std::chrono::seconds::max(), "2026-06-15T18:00:00Z"}}) {
        CAPTURE(each.wait.count());
        auto stopped = succeeded(noon - 20h);
        stopped.stopped = true;
        auto killed = failed(1, noon);
        killed.interrupted = true;
        for (auto* const history : {&stopped, &killed}) {
            history->cut_wait = AskedWait{noon, each.wait};
            CHECK(due_text(every(6h), *history, noon + 1min) == each.due);
        }
    }
}

TEST_CASE("a poll that was killed again backs off, and keeps the wait asked for if that is longer")
{
    auto history = failed(3, noon);
    history.interrupted = true;
    auto const alone = next_due(every(24h), history, noon, "seed").at;
    history.cut_wait = AskedWait{noon, 60s};
    CHECK(next_due(every(24h), history, noon, "seed").at == alone);
    history.cut_wait = AskedWait{noon, 1h};
    CHECK(next_due(every(24h), history, noon, "seed").at == noon + 1h);
}

TEST_CASE("a wait that was asked for in the future, because the clock went back, is not kept")
{
    PollHistory history;
    history.stopped = true;
    history.cut_wait = AskedWait{noon + 1s, 1h};
    CHECK(next_due(every(24h), history, noon, "seed").at == noon);
}

TEST_CASE("in a year with time changes, clock skew of the wake-ups and restarts, each day has one poll")
{
    std::mt19937 random{7};
    auto const below = [&random](int limit) { return static_cast<int>(random() % static_cast<unsigned>(limit)); };
    auto const settings = daily("America/New_York", {2h + 30min}, 15min);
    std::map<std::string, int> polls;
    auto now = at("2026-01-01T12:00:00Z");
    auto history = succeeded(now);
    while (now < at("2027-01-01T12:00:00Z")) {
        if (next_due(settings, history, now, "seed").at <= now) {
            ++polls[format_timestamp(now - 5h).substr(0, 10)]; // 2:30 to 3:15 of either offset is that date at UTC-5
            history = succeeded(now);
        }
        now += milliseconds{1 + below(600000)}; // a wake-up, or the end of a restart: nothing else is remembered
    }
    CHECK(polls.size() == 365);
    for (auto const& day : polls) {
        CAPTURE(day.first);
        CHECK(day.second == 1);
    }
}

TEST_CASE("only names of the time zone data base are time zones")
{
    for (auto const* name : {"UTC", "Europe/Amsterdam", "Asia/Kolkata"}) CHECK(is_timezone(name));
    for (auto const* name : {"", "Mars/Olympus", "europe/amsterdam", "../../etc/passwd"})
        CHECK_FALSE(is_timezone(name));
}

TEST_CASE("a time of day in an unknown zone is a configuration error")
{
    CHECK_THROWS_WITH_AS(next_due(daily("Mars/Olympus", {6h}), succeeded(noon), noon, "seed"),
                         "unknown time zone Mars/Olympus", Error);
}

} // namespace usaged::test
