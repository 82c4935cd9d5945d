#include "tests/simulator/json_text.h"
#include "tests/simulator/licence_text.h"
#include "tests/simulator/usage_series.h"

#include <algorithm>
#include <span>

namespace usaged::test {
namespace {

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
    std::vector<std::string> items;
    items.reserve(rows.size());
    for (auto const& row : rows) items.push_back(item_text(row));
    return items_body(items, links);
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
