#include "daemon/command/backfill_options.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_days today{2026y / 7 / 2};

std::string refusal(std::string const& from, std::string const& to)
{
    try {
        backfill_options(from, to, {}, today);
    } catch (UsageError const& error) {
        return error.what();
    }
    return {};
}

} // namespace

TEST_CASE("dates to backfill are days of the calendar, both included")
{
    auto const options = backfill_options("2024-02-29", "2026-07-02", {"licenses_usage"}, today);
    CHECK(options.from == std::chrono::sys_days{2024y / 2 / 29});
    CHECK(options.to == today);
    CHECK(options.datasets == std::vector<std::string>{"licenses_usage"});
    CHECK(refusal("2026-07-02", "2026-07-02").empty());
    CHECK(refusal("2016-06-25", "2026-07-01").empty());
}

TEST_CASE("what is no date is named")
{
    for (auto const* const text : {"", "2026-2-29", "2026-02-29", "2026-06-31", "2026-06-01T00:00:00Z", "yesterday",
                                   "01-06-2026", "2026-06-01 ", "2026/06/01", "0001-01-01"}) {
        CAPTURE(text);
        CHECK(refusal(text, "2026-07-01") == "--from: " + std::string{text} + " is no date YYYY-MM-DD");
        CHECK(refusal("2026-01-01", text) == "--to: " + std::string{text} + " is no date YYYY-MM-DD");
    }
}

TEST_CASE("dates in the wrong order, in the future or too many are refused")
{
    CHECK(refusal("2026-07-02", "2026-07-01") == "--from must not be after --to");
    CHECK(refusal("2026-07-01", "2026-07-03") == "--to must not be after today, in UTC");
    CHECK(refusal("2016-06-24", "2026-07-02") == "the dates must not be more than 3660 days");
}

} // namespace usaged::test
