#include "tests/benchmark/sample_pages.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string_view>

namespace usaged::test {

namespace {

constexpr std::size_t page_rows = 10'000;

constexpr std::array<std::string_view, 10> services{"crm",     "o365",    "ems",   "azureadpremium", "intune",
                                                    "powerbi", "project", "visio", "dynamics365",    "windows365"};
constexpr std::array<std::string_view, 10> workloads{
    "Exchange", "SharePoint",       "Microsoft Teams", "Skype For Business",     "OneDrive",
    "Yammer",   "Microsoft Intune", "Office ProPlus",  "Microsoft Dynamics CRM", "Power Platform"};
constexpr std::array<std::string_view, 2> channels{"direct", "reseller"};
static_assert(services.size() * workloads.size() * channels.size() == series_per_date);

void append_number(std::string& out, auto value)
{
    std::array<char, 32> text;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr);
}

void append_two_digits(std::string& out, unsigned value)
{
    out += static_cast<char>('0' + value / 10);
    out += static_cast<char>('0' + value % 10);
}

void append_date(std::string& out, std::size_t days)
{
    std::chrono::sys_days const first{std::chrono::year{2000} / 1 / 1};
    std::chrono::year_month_day const date{first + std::chrono::days{days}};
    append_number(out, int{date.year()});
    out += '-';
    append_two_digits(out, unsigned{date.month()});
    out += '-';
    append_two_digits(out, unsigned{date.day()});
    out += "T00:00:00+00:00";
}

/// From 0 to 1, with six decimals at most; its neighbours in the table have others.
double percent(std::size_t row)
{
    return static_cast<double>(row * 7919 % 1'000'003 % 1'000'000) / 1e6;
}

void append_row(std::string& out, std::size_t row, std::size_t first_date, Spelling spelling)
{
    auto const series = row % series_per_date;
    auto const append_percent = [&](std::string_view before) {
        out += before;
        append_number(out, percent(row));
    };
    auto const append_names = [&](std::string_view before, std::string_view between, std::string_view after) {
        out.append(before).append(workloads[series / 2 % 10]).append(between);
        append_date(out, first_date + row / series_per_date);
        out.append(after).append(services[series / 20]);
    };
    if (spelling == Spelling::recorded) {
        append_percent(R"({"proratedLicensesUsagePercent":)");
        append_names(R"(,"workloadName":")", R"(","processedDateTime":")", R"(","serviceName":")");
        out.append(R"(","channel":")").append(channels[series % 2]);
        out += R"(","attributes":{"objectType":"PartnerLicensesUsageInsights"}})";
    } else {
        append_names(R"({"workloadName": ")", R"(", "processedDateTime": ")", R"(", "serviceName": ")");
        out.append(R"(", "channel": ")").append(channels[series % 2]);
        append_percent(R"(", "proratedLicensesUsagePercent": )");
        out += R"(, "attributes": {"objectType": "PartnerLicensesUsageInsights"}})";
    }
}

} // namespace

std::vector<std::string> sample_pages(std::size_t rows, Spelling spelling, std::size_t first_date)
{
    std::vector<std::string> pages;
    for (std::size_t row = 0; row < rows;) {
        auto const end = std::min(rows, row + page_rows);
        std::string body;
        body.reserve((end - row) * 256 + 1024);
        body += "\xEF\xBB\xBF{\"totalCount\":";
        append_number(body, end - row);
        body += ",\"items\":[";
        for (bool first = true; row < end; ++row, first = false) {
            if (!first) body += ',';
            append_row(body, row, first_date, spelling);
        }
        body += "],";
        if (end < rows) {
            body += R"("links":{"next":{"uri":"/analytics/licenses/usage?page=)";
            append_number(body, pages.size() + 2);
            body += R"(","method":"GET","headers":[]}},)";
        }
        body += R"("attributes":{"objectType":"Collection"}})";
        pages.push_back(std::move(body));
    }
    return pages;
}

} // namespace usaged::test
