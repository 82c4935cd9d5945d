#include "daemon/poll/guards.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp now{std::chrono::sys_days{std::chrono::year{2026} / 7 / 15} + 12h};

Snapshot snapshot_of(std::int64_t rows, std::string data_to = "2026-07-14T00:00:00Z")
{
    Snapshot snapshot;
    snapshot.rows = rows;
    snapshot.data_to = std::move(data_to);
    return snapshot;
}

AppliedSnapshot last_of(std::int64_t rows)
{
    return {now - 24h, rows, "2026-07-13T00:00:00Z", std::nullopt};
}

bool has(std::string const& text, std::string_view part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("a snapshot like the last one degrades nothing")
{
    CHECK(judge({}, snapshot_of(100), last_of(100), now).empty());
    CHECK(judge({}, snapshot_of(1), std::nullopt, now).empty());
}

TEST_CASE("fewer rows than guards.min_rows degrade the poll")
{
    struct Case {
        std::int64_t rows;
        std::int64_t min_rows;
        bool degraded;
    };
    static constexpr Case cases[] = {{0, 1, true}, {1, 1, false}, {0, 0, false}, {9, 10, true}, {10, 10, false}};
    for (auto const& each : cases) {
        CAPTURE(each.rows);
        GuardSettings guards;
        guards.min_rows = each.min_rows;
        auto const reason = judge(guards, snapshot_of(each.rows), std::nullopt, now);
        CHECK(reason.empty() != each.degraded);
        CHECK(has(reason, "guards.min_rows") == each.degraded);
    }
}

TEST_CASE("a loss of more than guards.max_shrink against the last good poll degrades the poll")
{
    struct Case {
        std::int64_t before;
        std::int64_t rows;
        double max_shrink;
        bool degraded;
    };
    static constexpr Case cases[] = {
        {100, 50, 0.5, false},  {100, 49, 0.5, true}, {100, 1000, 0.5, false}, {100, 99, 0.0, true},
        {100, 100, 0.0, false}, {100, 1, 1.0, false}, {3, 2, 0.5, false},      {3, 1, 0.5, true},
    };
    for (auto const& each : cases) {
        CAPTURE(each.rows);
        GuardSettings guards;
        guards.max_shrink = each.max_shrink;
        auto const reason = judge(guards, snapshot_of(each.rows), last_of(each.before), now);
        CHECK(has(reason, "guards.max_shrink") == each.degraded);
        CHECK(reason.empty() != each.degraded);
    }
}

TEST_CASE("a loss degrades polls until it has lasted for longer than guards.frozen_after")
{
    auto last = last_of(100);
    last.started_at = now - 24h * 15;
    last.degraded_since = now - 24h * 14;
    CHECK(has(judge({}, snapshot_of(1), last, now), "guards.max_shrink"));
    *last.degraded_since -= 1ms;
    CHECK(judge({}, snapshot_of(1), last, now).empty());
    auto const reason = judge({}, snapshot_of(0, ""), last, now);
    CHECK(has(reason, "guards.min_rows"));
    CHECK(has(reason, "had 100"));
}

TEST_CASE("however long ago the last good poll was, a loss against it degrades the poll")
{
    auto last = last_of(100);
    last.started_at = now - 24h * 365;
    CHECK(has(judge({}, snapshot_of(1), last, now), "guards.max_shrink"));
}

TEST_CASE("what a snapshot says of itself is among the reasons")
{
    auto snapshot = snapshot_of(0);
    snapshot.degraded = "rows may be missing";
    CHECK(judge_past_date(snapshot) == "rows may be missing");
    snapshot.bad_rows = 2;
    CHECK(judge_past_date(snapshot) == "rows may be missing; 2 bad rows were left out");
    CHECK(has(judge({}, snapshot, std::nullopt, now), "guards.min_rows (1); rows may be missing; 2 bad rows"));
}

TEST_CASE("a past date may have few rows, but no bad ones")
{
    CHECK(judge_past_date(snapshot_of(0, "")).empty());
    auto snapshot = snapshot_of(5, "2017-01-01T00:00:00Z");
    CHECK(judge_past_date(snapshot).empty());
    snapshot.bad_rows = 1;
    CHECK(has(judge_past_date(snapshot), "bad rows"));
}

TEST_CASE("newest data older than guards.frozen_after degrades the poll")
{
    struct Case {
        std::string data_to;
        bool degraded;
    };
    Case const cases[] = {{"2026-07-01T12:00:00Z", false},
                          {"2026-07-01T11:59:59Z", true},
                          {"2026-07-20T00:00:00Z", false},
                          {"2017-03-10T00:00:00Z", true}};
    for (auto const& each : cases) {
        CAPTURE(each.data_to);
        auto const reason = judge({}, snapshot_of(5, each.data_to), std::nullopt, now);
        CHECK(has(reason, "guards.frozen_after") == each.degraded);
        CHECK(reason.empty() != each.degraded);
    }
}

TEST_CASE("rows in quarantine degrade the poll")
{
    auto snapshot = snapshot_of(5);
    snapshot.bad_rows = 2;
    CHECK(judge({}, snapshot, std::nullopt, now) == "2 bad rows were left out");
}

TEST_CASE("an empty snapshot is not frozen, it has no data")
{
    auto const reason = judge({}, snapshot_of(0, ""), last_of(7), now);
    CHECK(has(reason, "0 rows"));
    CHECK_FALSE(has(reason, "frozen"));
}

TEST_CASE("the reason names every guard that was touched and the last good number")
{
    auto snapshot = snapshot_of(1, "2026-06-01T00:00:00Z");
    snapshot.bad_rows = 1;
    auto const reason = judge({}, snapshot, last_of(4711), now);
    for (auto const* const part :
         {"1 row,", "max_shrink (50%)", "had 4711", "2026-07-14T12:00:00.000Z", "frozen_after", "bad rows"}) {
        CAPTURE(part);
        CHECK(has(reason, part));
    }
}

} // namespace usaged::test
