#include "tests/simulator/json_text.h"
#include "tests/simulator/usage_series.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <span>

namespace usaged::test {
namespace {

constexpr auto byte_order_mark = "\xEF\xBB\xBF";

std::string date_text(std::chrono::sys_days date)
{
    std::chrono::year_month_day const day{date};
    std::array<char, 32> text{};
    auto const size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", int{day.year()}, unsigned{day.month()},
                                    unsigned{day.day()});
    return {text.data(), static_cast<std::size_t>(size)};
}

/// Shortest form that reads back identical, with a fraction even if it is zero, as in the documented sample.
std::string number_text(double value)
{
    std::array<char, 64> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    std::string number{text.data(), end};
    return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}

std::string item_text(UsageRow const& row)
{
    return R"({"proratedLicensesUsagePercent":)" + number_text(row.prorated_licenses_usage_percent) +
           R"(,"workloadName":)" + json_text(row.workload_name) + R"(,"processedDateTime":)" +
           json_text(wire_date_time(row.processed_date)) + R"(,"serviceName":)" + json_text(row.service_name) +
           R"(,"channel":)" + json_text(row.channel) +
           R"(,"attributes":{"objectType":"PartnerLicensesUsageInsights"}})";
}

std::string link_to(std::size_t page)
{
    return R"("links":{"next":{"uri":"/analytics/licenses/usage?page=)" + std::to_string(page) +
           R"(","method":"GET","headers":[{"key":"MS-ContinuationToken","value":)" +
           json_text(continuation_token(page)) + "}]}},";
}

std::string body_text(std::span<UsageRow const> rows, std::string const& links)
{
    std::string body = byte_order_mark;
    body += R"({"totalCount":)" + std::to_string(rows.size()) + R"(,"items":[)";
    for (auto const& row : rows) {
        if (&row != &rows.front()) body += ',';
        body += item_text(row);
    }
    return body + "]," + links + R"("attributes":{"objectType":"Collection"}})";
}

} // namespace

std::string wire_date_time(std::chrono::sys_days date)
{
    return date_text(date) + "T00:00:00+00:00";
}

std::string stored_date_time(std::chrono::sys_days date)
{
    return date_text(date) + "T00:00:00Z";
}

std::string usage_body(std::vector<UsageRow> const& rows)
{
    return body_text(rows, {});
}

std::vector<std::string> usage_pages(std::vector<UsageRow> const& rows, std::size_t page_size)
{
    std::vector<std::string> pages;
    std::span<UsageRow const> rest{rows};
    do {
        auto const page = rest.first(std::min(page_size, rest.size()));
        rest = rest.subspan(page.size());
        pages.push_back(body_text(page, rest.empty() ? std::string{} : link_to(pages.size() + 2)));
    } while (!rest.empty());
    return pages;
}

std::string continuation_token(std::size_t page)
{
    return "U2ltdWxhdGVkIHBhZ2U=+/" + std::to_string(page);
}

std::vector<UsageRow> many_usage_rows(std::size_t count, std::chrono::sys_days date)
{
    std::vector<UsageRow> rows;
    rows.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto const share = static_cast<double>(i % 997) / 1024;
        rows.push_back({"Workload " + std::to_string(i), i % 2 == 0 ? "o365" : "crm", "reseller", date, share});
    }
    return rows;
}

} // namespace usaged::test
