#include "daemon/dataset/timestamp.h"

#include <doctest/doctest.h>

namespace usaged::test {

using namespace std::chrono_literals;

TEST_CASE("every form of a date-time that the service uses is stored as its UTC instant")
{
    struct Case {
        std::string_view sent;
        std::string_view stored;
    };
    static constexpr Case cases[] = {
        {"2017-03-10T00:00:00+00:00", "2017-03-10T00:00:00Z"},
        {"2017-03-10T00:00:00Z", "2017-03-10T00:00:00Z"},
        {"2017-03-10T00:00:00-00:00", "2017-03-10T00:00:00Z"},
        {"2017-03-10T00:00:00", "2017-03-10T00:00:00Z"},
        {"2017-03-10T00:00", "2017-03-10T00:00:00Z"},
        {"2017-03-10T00:00Z", "2017-03-10T00:00:00Z"},
        {"2017-03-10", "2017-03-10T00:00:00Z"},
        {"2017-03-10T23:59:59Z", "2017-03-10T23:59:59Z"},
        {"2026-07-01T03:25:16.3612345Z", "2026-07-01T03:25:16.3612345Z"},
        {"2026-07-01T03:25:16.123456789", "2026-07-01T03:25:16.123456789Z"},
        {"2026-07-01T03:25:16.360", "2026-07-01T03:25:16.36Z"},
        {"2026-07-01T03:25:16.0000000", "2026-07-01T03:25:16Z"},
        {"2026-07-01T02:00:00.5+02:00", "2026-07-01T00:00:00.5Z"},
        {"2026-07-01T01:00:00+02:00", "2026-06-30T23:00:00Z"},
        {"2025-12-31T20:30:00-05:45", "2026-01-01T02:15:00Z"},
        {"2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00Z"},
        {"2026-01-01T00:00:00-14:00", "2026-01-01T14:00:00Z"},
        {"2024-02-29T12:00:00Z", "2024-02-29T12:00:00Z"},
        {"2000-02-29", "2000-02-29T00:00:00Z"},
        {"2024-03-01T00:30:00+01:00", "2024-02-29T23:30:00Z"},
        {"1969-12-31T23:59:59.25Z", "1969-12-31T23:59:59.25Z"},
        {"1000-01-02T00:00:00Z", "1000-01-02T00:00:00Z"},
        {"9998-12-31T23:59:59Z", "9998-12-31T23:59:59Z"},
        {"9998-12-31T23:59:59+00:01", "9998-12-31T23:58:59Z"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.sent);
        CHECK(normalize_timestamp(each.sent) == std::string{each.stored});
        CHECK(normalize_timestamp(each.stored) == std::string{each.stored});
    }
}

TEST_CASE("what is no date-time is refused and never made into another one")
{
    static constexpr std::string_view refused[] = {
        "",
        " ",
        "Z",
        "today",
        "1489104000",
        "2017",
        "2017-03",
        "2017-3-10",
        "17-03-10",
        "02017-03-10",
        "20170310",
        "10-03-2017",
        "2017/03/10",
        "2017-03-10 00:00:00",
        "2017-03-10t00:00:00Z",
        "2017-03-10T00:00:00z",
        "2017-02-29",
        "2026-02-30T00:00:00Z",
        "2026-04-31",
        "2017-00-10",
        "2017-13-10",
        "2017-03-00",
        "2017-03-32",
        "1900-02-29",
        "2017-03-10T24:00:00Z",
        "2017-03-10T25:00:00Z",
        "2017-03-10T00:60:00Z",
        "2017-03-10T00:00:60Z",
        "2017-03-10T",
        "2017-03-10T00",
        "2017-03-10T00:0",
        "2017-03-10T0:00:00Z",
        "2017-03-10T00:00:",
        "2017-03-10Z",
        "2017-03-10T00:00:00.",
        "2017-03-10T00:00:00.Z",
        "2017-03-10T00:00:00,5Z",
        "2017-03-10T00:00:00.1234567890Z",
        "2017-03-10T00:00:00 Z",
        " 2017-03-10",
        "2017-03-10 ",
        "2017-03-10T00:00:00Zx",
        "2017-03-10T00:00:00ZZ",
        "2017-03-10T00:00:00Z\n",
        "2017-03-10T00:00:00+0000",
        "2017-03-10T00:00:00+00",
        "2017-03-10T00:00:00+1:00",
        "2017-03-10T00:00:00+14:01",
        "2017-03-10T00:00:00+15:00",
        "2017-03-10T00:00:00-24:00",
        "2017-03-10T00:00:00+01:60",
        "2017-03-10T00:00:00+-1:00",
        "2017-03-10T00:00:00+01:00Z",
        "2017-03-10T00:00:00 UTC",
        "-2017-03-10",
        "+2017-03-10",
        "2017-+3-10",
        "2017-03-10T-1:00:00Z",
        "0001-01-01T00:00:00",
        "0000-01-01",
        "0999-12-31T23:59:59Z",
        "1000-01-01T00:00:00+00:01",
        "10000-01-01",
        "9998-12-31T23:59:59-00:01",
        "9999-01-01",
        "9999-12-31T23:59:59.9999999",
        "２０１７-03-10",
    };
    for (auto const text : refused) {
        CAPTURE(text);
        CHECK_FALSE(normalize_timestamp(text));
    }
    CHECK_FALSE(normalize_timestamp(std::string_view{"2017-03-10\0", 11}));
}

TEST_CASE("an instant of ours is written to the millisecond, so that the texts sort")
{
    constexpr Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 7 / 1} + 12h};
    struct Case {
        Timestamp instant;
        std::string_view text;
    };
    static constexpr Case cases[] = {
        {Timestamp{}, "1970-01-01T00:00:00.000Z"},     {noon, "2026-07-01T12:00:00.000Z"},
        {noon + 1ms, "2026-07-01T12:00:00.001Z"},      {noon + 360ms, "2026-07-01T12:00:00.360Z"},
        {noon + 999ms, "2026-07-01T12:00:00.999Z"},    {noon - 1ms, "2026-07-01T11:59:59.999Z"},
        {Timestamp{-1ms}, "1969-12-31T23:59:59.999Z"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.text);
        CHECK(format_timestamp(each.instant) == each.text);
        CHECK(parse_timestamp(each.text) == each.instant);
    }
}

TEST_CASE("a fraction finer than a millisecond is cut when it is read back")
{
    CHECK(parse_timestamp("1970-01-01T00:00:01.2349999Z") == Timestamp{1234ms});
    CHECK(parse_timestamp("1970-01-01T00:00:00.0009Z") == Timestamp{});
    CHECK_FALSE(parse_timestamp("never"));
    CHECK_FALSE(parse_timestamp(""));
}

} // namespace usaged::test
