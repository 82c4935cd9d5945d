#include "daemon/dataset/timestamp.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace usaged {

namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;

/// Walks over a text from the left. A failed step leaves `ok` false for good.
struct Scanner {
    std::string_view rest;
    bool ok = true;

    bool take(char c)
    {
        if (rest.empty() || rest.front() != c) return false;
        rest.remove_prefix(1);
        return true;
    }
    void expect(char c) { ok = take(c) && ok; }

    /// Exactly `width` digits, with a value from `low` to `high`.
    int number(std::size_t width, int low, int high)
    {
        if (rest.size() < width) return ok = false, low;
        int value = 0;
        for (char const c : rest.substr(0, width)) {
            if (c < '0' || c > '9') return ok = false, low;
            value = value * 10 + (c - '0');
        }
        rest.remove_prefix(width);
        if (value < low || value > high) return ok = false, low;
        return value;
    }

    /// The digits ahead, up to `limit` of them and at least one.
    std::string_view digits(std::size_t limit)
    {
        auto const end = std::find_if(rest.begin(), rest.end(), [](char c) { return c < '0' || c > '9'; });
        auto const found = rest.substr(0, static_cast<std::size_t>(end - rest.begin()));
        if (found.empty() || found.size() > limit) ok = false;
        rest.remove_prefix(found.size());
        return found;
    }
};

struct Parts {
    sys_seconds instant;
    std::string_view fraction; // digits, without trailing zeros
};

std::optional<sys_days> scan_date(Scanner& scan)
{
    // The years 1 and 9999 are the service's ways to say that there is no date.
    auto const year = scan.number(4, 1000, 9998);
    scan.expect('-');
    auto const month = scan.number(2, 1, 12);
    scan.expect('-');
    auto const day = scan.number(2, 1, 31);
    std::chrono::year_month_day const date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!scan.ok || !date.ok()) return std::nullopt;
    return sys_days{date};
}

/// `Z`, `+HH:MM`, `-HH:MM`, or nothing, which means UTC.
std::chrono::minutes scan_offset(Scanner& scan)
{
    if (scan.rest.empty() || scan.take('Z')) return std::chrono::minutes{0};
    bool const east = scan.take('+');
    if (!east) scan.expect('-');
    auto const hours = scan.number(2, 0, 14);
    scan.expect(':');
    auto const minutes = scan.number(2, 0, 59);
    auto const offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    if (offset > std::chrono::hours{14}) scan.ok = false;
    return east ? offset : -offset;
}

std::optional<Parts> scan_timestamp(std::string_view text)
{
    Scanner scan{text};
    auto const date = scan_date(scan);
    if (!date) return std::nullopt;
    if (scan.rest.empty()) return Parts{*date, {}};

    scan.expect('T');
    auto const hour = scan.number(2, 0, 23);
    scan.expect(':');
    auto const minute = scan.number(2, 0, 59);
    int second = 0;
    std::string_view fraction;
    if (scan.take(':')) {
        second = scan.number(2, 0, 59);
        if (scan.take('.')) fraction = scan.digits(9);
    }
    auto const offset = scan_offset(scan);
    if (!scan.ok || !scan.rest.empty()) return std::nullopt;
    while (!fraction.empty() && fraction.back() == '0') fraction.remove_suffix(1);
    return Parts{*date + std::chrono::hours{hour} + std::chrono::minutes{minute} + std::chrono::seconds{second} -
                     offset,
                 fraction};
}

void put(char*& out, int value, int width)
{
    for (int i = width - 1; i >= 0; --i) {
        out[i] = static_cast<char>('0' + value % 10);
        value /= 10;
    }
    out += width;
}

std::string write(sys_seconds instant, std::string_view fraction)
{
    auto const day = std::chrono::floor<std::chrono::days>(instant);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const time{instant - day};
    std::array<char, 19> text{};
    char* out = text.data();
    put(out, static_cast<int>(date.year()), 4);
    *out++ = '-';
    put(out, static_cast<int>(static_cast<unsigned>(date.month())), 2);
    *out++ = '-';
    put(out, static_cast<int>(static_cast<unsigned>(date.day())), 2);
    *out++ = 'T';
    put(out, static_cast<int>(time.hours().count()), 2);
    *out++ = ':';
    put(out, static_cast<int>(time.minutes().count()), 2);
    *out++ = ':';
    put(out, static_cast<int>(time.seconds().count()), 2);
    std::string result{text.data(), text.size()};
    if (!fraction.empty()) result.append(1, '.').append(fraction);
    return result += 'Z';
}

} // namespace

std::optional<std::string> normalize_timestamp(std::string_view text)
{
    auto const parts = scan_timestamp(text);
    if (!parts) return std::nullopt;
    // An offset may have carried the first day of 1000 or the last one of 9998 out of the years that are taken.
    if (parts->instant < sys_days{std::chrono::year{1000} / 1 / 1}) return std::nullopt;
    if (parts->instant >= sys_days{std::chrono::year{9999} / 1 / 1}) return std::nullopt;
    return write(parts->instant, parts->fraction);
}

std::string format_timestamp(Timestamp instant)
{
    auto const second = std::chrono::floor<std::chrono::seconds>(instant);
    auto const milliseconds = static_cast<int>((instant - second).count());
    std::array<char, 3> fraction{};
    char* out = fraction.data();
    put(out, milliseconds, 3);
    return write(second, std::string_view{fraction.data(), fraction.size()});
}

std::optional<Timestamp> parse_timestamp(std::string_view text)
{
    auto const parts = scan_timestamp(text);
    if (!parts) return std::nullopt;
    std::int64_t milliseconds = 0;
    for (std::size_t i = 0; i < 3; ++i)
        milliseconds = milliseconds * 10 + (i < parts->fraction.size() ? parts->fraction[i] - '0' : 0);
    return Timestamp{parts->instant} + std::chrono::milliseconds{milliseconds};
}

} // namespace usaged
