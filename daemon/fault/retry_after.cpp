#include "daemon/fault/retry_after.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace usaged {

namespace {

constexpr std::int64_t ten_years = 10LL * 366 * 86400;

std::string_view trim(std::string_view text)
{
    auto const blank = [](char c) { return c == ' ' || c == '\t'; };
    while (!text.empty() && blank(text.front())) text.remove_prefix(1);
    while (!text.empty() && blank(text.back())) text.remove_suffix(1);
    return text;
}

bool is_digits(std::string_view text)
{
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<int> number(std::string_view text)
{
    int value = 0;
    if (!is_digits(text)) return std::nullopt;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{}) return std::nullopt;
    return value;
}

std::optional<unsigned> month_of(std::string_view name)
{
    static constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                             "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const found = std::find(months.begin(), months.end(), name);
    if (found == months.end()) return std::nullopt;
    return static_cast<unsigned>(found - months.begin()) + 1;
}

} // namespace

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text)
{
    if (text.size() != 29 || text.substr(3, 2) != ", " || text.substr(25) != " GMT") return std::nullopt;
    if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':') return std::nullopt;
    auto const day = number(text.substr(5, 2));
    auto const month = month_of(text.substr(8, 3));
    auto const year = number(text.substr(12, 4));
    auto const hour = number(text.substr(17, 2));
    auto const minute = number(text.substr(20, 2));
    auto const second = number(text.substr(23, 2));
    if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
    std::chrono::year_month_day const date{std::chrono::year{*year}, std::chrono::month{*month},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second};
}

std::optional<std::chrono::seconds> parse_retry_after(std::string_view retry_after, std::string_view date,
                                                      std::optional<std::chrono::sys_seconds> arrived)
{
    retry_after = trim(retry_after);
    if (is_digits(retry_after)) {
        std::int64_t value = 0;
        auto const [end, error] = std::from_chars(retry_after.data(), retry_after.data() + retry_after.size(), value);
        if (error != std::errc{}) value = ten_years;
        return std::chrono::seconds{std::min(value, ten_years)};
    }
    auto const until = parse_http_date(retry_after);
    auto now = parse_http_date(trim(date));
    if (!now) now = arrived;
    if (!until || !now) return std::nullopt;
    return std::clamp<std::chrono::seconds>(*until - *now, std::chrono::seconds{0}, std::chrono::seconds{ten_years});
}

} // namespace usaged
