#include "tests/process/cookbook_text.h"

#include <array>
#include <chrono>
#include <cstdio>

namespace usaged::test {
namespace {

using namespace std::chrono;

year_month_day parse(std::string const& date)
{
    return year{std::stoi(date.substr(0, 4))} / std::stoi(date.substr(5, 2)) / std::stoi(date.substr(8, 2));
}

std::string text(year_month_day date)
{
    std::array<char, 32> text{};
    auto const size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", static_cast<int>(date.year()),
                                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return {text.data(), static_cast<std::size_t>(size)};
}

} // namespace

std::string line(std::initializer_list<std::string> values)
{
    std::string text;
    for (auto const& value : values) text += (&value == values.begin() ? "" : "|") + value;
    return text;
}

std::int64_t number(StoredRow const& row, std::string const& column)
{
    return std::stoll(row.at(column));
}

std::string tenths_text(std::int64_t tenths)
{
    return std::to_string(tenths / 10) + (tenths % 10 == 0 ? std::string{} : '.' + std::to_string(tenths % 10));
}

std::string percent(std::int64_t part, std::int64_t whole)
{
    if (whole == 0) return {};
    return tenths_text((2000 * part + whole) / (2 * whole));
}

std::string month_of(std::string const& date)
{
    return date.substr(0, 7);
}

std::string day_of(std::string const& date)
{
    return date.substr(0, 10);
}

std::string plus_days(std::string const& date, int by)
{
    return text(sys_days{parse(date)} + days{by});
}

std::string plus_months(std::string const& month, int by)
{
    return month_of(text(parse(month + "-01") + months{by}));
}

std::vector<std::string> month_ends(std::vector<std::string> const& dates, std::string const& from)
{
    std::vector<std::string> ends;
    for (auto const& date : dates) {
        if (month_of(date) < from) continue;
        if (ends.empty() || month_of(ends.back()) != month_of(date)) ends.emplace_back();
        ends.back() = date;
    }
    return ends;
}

} // namespace usaged::test
