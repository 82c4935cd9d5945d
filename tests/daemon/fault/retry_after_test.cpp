#include "daemon/fault/retry_after.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

constexpr std::string_view date = "Tue, 21 Jul 2026 04:10:58 GMT";
constexpr std::int64_t ten_years = 10LL * 366 * 86400;

} // namespace

TEST_CASE("an HTTP date is taken in the one form that servers may send, and whole")
{
    using namespace std::chrono;
    CHECK(parse_http_date(date) == sys_days{2026y / July / 21} + 4h + 10min + 58s);
    for (std::string_view const bad : {"", "Tue, 21 Jul 2026 04:10:58", "Tue, 21 Jul 2026 04:10:58 GMT+1",
                                       "Tue, 31 Feb 2026 04:10:58 GMT", "2026-07-21T04:10:58Z"}) {
        CAPTURE(bad);
        CHECK_FALSE(parse_http_date(bad));
    }
}

TEST_CASE("a Retry-After in seconds is what it says, at most ten years")
{
    struct Case {
        std::string_view header;
        std::int64_t seconds;
    };
    static constexpr Case cases[] = {
        {"0", 0},
        {"57", 57},
        {"0057", 57},
        {" 57\t", 57},
        {"86400", 86400},
        {"316224001", ten_years},
        {"4294967296", ten_years},
        {"9223372036854775807", ten_years},
        {"99999999999999999999999", ten_years},
    };
    for (auto const& each : cases) {
        CAPTURE(each.header);
        CHECK(parse_retry_after(each.header, "") == std::chrono::seconds{each.seconds});
    }
}

TEST_CASE("a Retry-After date is measured against the Date of the answer, whatever our clock says")
{
    struct Case {
        std::string_view header;
        std::int64_t seconds;
    };
    static constexpr Case cases[] = {
        {"Tue, 21 Jul 2026 04:11:55 GMT", 57},        {"Wed, 22 Jul 2026 04:10:58 GMT", 86400},
        {"Tue, 21 Jul 2026 04:10:58 GMT", 0},         {" Tue, 21 Jul 2026 04:11:58 GMT ", 60},
        {"Tue, 21 Jul 2026 04:10:60 GMT", 2},         {"Thu, 20 Jul 2017 04:10:58 GMT", 0},
        {"Fri, 31 Dec 9999 23:59:59 GMT", ten_years},
    };
    for (auto const& each : cases) {
        CAPTURE(each.header);
        CHECK(parse_retry_after(each.header, date) == std::chrono::seconds{each.seconds});
    }
}

TEST_CASE("a Retry-After that cannot be read asks for nothing")
{
    static constexpr std::string_view headers[] = {
        "",
        " ",
        "-1",
        "+5",
        "1.5",
        "1e3",
        "5s",
        "soon",
        "5, 6",
        "0x10",
        "1 2",
        "Tue, 21 Jul 2026 04:11:55",
        "Tue, 21 Jul 2026 04:11:55 UTC",
        "Tue, 31 Feb 2026 04:11:55 GMT",
        "Tue, 00 Jul 2026 04:11:55 GMT",
        "Tue, 21 Jly 2026 04:11:55 GMT",
        "Tue, 21 Jul 2026 24:11:55 GMT",
        "Tue, 21 Jul 2026 04:60:55 GMT",
        "Tue, 21 Jul 2026 04:11:61 GMT",
        "Tue, 21 Jul 2026 04-11-55 GMT",
        "Tue, 21 Jul 2026 -4:11:55 GMT",
        "Tuesday, 21-Jul-26 04:11:55 GMT",
        "Tue Jul 21 04:11:55 2026",
        "2026-07-21T04:11:55Z",
    };
    for (auto const header : headers) {
        CAPTURE(header);
        CHECK_FALSE(parse_retry_after(header, date));
    }
}

TEST_CASE("a Retry-After date without a readable Date asks for nothing")
{
    for (std::string_view const now : {"", "yesterday", "2026-07-21"}) {
        CAPTURE(now);
        CHECK_FALSE(parse_retry_after("Tue, 21 Jul 2026 04:11:55 GMT", now));
    }
}

TEST_CASE("a date without a Date header is measured against our own time of arrival")
{
    auto const arrived = std::chrono::sys_seconds{std::chrono::sys_days{std::chrono::year{2026} / 7 / 21}} +
                         std::chrono::hours{4} + std::chrono::minutes{10};
    CHECK(parse_retry_after("Tue, 21 Jul 2026 04:11:55 GMT", "", arrived) == std::chrono::seconds{115});
    CHECK(parse_retry_after("Tue, 21 Jul 2026 04:11:55 GMT", "Tue, 21 Jul 2026 04:11:50 GMT", arrived) ==
          std::chrono::seconds{5});
}

} // namespace usaged::test
