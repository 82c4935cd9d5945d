#include "tests/simulator/licence_text.h"

#include "tests/simulator/json_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace usaged::test {
namespace {

std::string text_member(std::string_view name, std::string_view value)
{
    return '"' + std::string{name} + "\":" + json_text(value) + ',';
}

std::string count_member(std::string_view name, std::int64_t value)
{
    return '"' + std::string{name} + "\":" + std::to_string(value) + ',';
}

std::string percent_member(std::string_view name, double value)
{
    return '"' + std::string{name} + "\":" + number_text(value) + ',';
}

/// What ends each item of the `/v1` endpoints.
std::string ending(std::string_view date_time, LicenceRow const& row, std::string_view type)
{
    return text_member("processedDateTime", std::string{date_time} + "+00:00") +
           text_member("serviceName", row.service_code) + text_member("channel", "reseller") +
           R"("attributes":{"objectType":)" + json_text(type) + "}}";
}

std::string optional_members(LicenceRow const& row, bool wanted, bool has_workload)
{
    if (!wanted) return {};
    return text_member("customerId", row.customer_id) + text_member("serviceCode", row.service_code) +
           (has_workload ? text_member("workloadCode", row.workload_code) : std::string{});
}

} // namespace

std::string number_text(double value)
{
    std::array<char, 64> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    std::string number{text.data(), end};
    return number.find_first_of(".e") == std::string::npos ? number + ".0" : number;
}

std::string date_text(std::chrono::sys_days date)
{
    std::chrono::year_month_day const day{date};
    std::array<char, 32> text{};
    auto const size = std::snprintf(text.data(), text.size(), "%04d-%02u-%02u", int{day.year()}, unsigned{day.month()},
                                    unsigned{day.day()});
    return {text.data(), static_cast<std::size_t>(size)};
}

std::string deployment_time(LicenceRow const& row)
{
    return date_text(row.date) + (row.service_code == "o365" ? "T03:25:16.36" : "T00:00:00");
}

std::string_view service_name(LicenceRow const& row)
{
    return row.service_code == "o365" ? "Microsoft Office 365" : "Microsoft Dynamics";
}

double share(std::int64_t part, std::int64_t whole)
{
    if (whole == 0) return 0;
    return std::round(static_cast<double>(part) * 10000 / static_cast<double>(whole)) / 10000;
}

std::string items_body(std::span<std::string const> items, std::string const& members)
{
    std::string body{byte_order_mark};
    body += R"({"totalCount":)" + std::to_string(items.size()) + R"(,"items":[)";
    for (auto const& item : items) {
        if (&item != &items.front()) body += ',';
        body += item;
    }
    return body + "]," + members + R"("attributes":{"objectType":"Collection"}})";
}

std::string partner_deployment_item(LicenceRow const& row)
{
    return '{' + percent_member("proratedDeploymentPercent", share(row.deployed, row.sold)) +
           count_member("licensesSold", row.sold) +
           ending(deployment_time(row), row, "PartnerLicensesDeploymentInsights");
}

std::string customer_usage_item(LicenceRow const& row, bool optional_fields)
{
    return '{' + optional_members(row, optional_fields, true) + text_member("customerName", row.customer_name) +
           text_member("productName", row.product_name) + count_member("licensesActive", row.active) +
           count_member("licensesQualified", row.qualified) +
           percent_member("usagePercent", share(row.active, row.qualified)) +
           text_member("workloadName", row.workload_name) +
           ending(date_text(row.date) + "T00:00:00", row, "CustomerLicensesUsageInsights");
}

std::string customer_deployment_item(LicenceRow const& row, bool optional_fields)
{
    return '{' + optional_members(row, optional_fields, false) + text_member("customerName", row.customer_name) +
           text_member("productName", row.product_name) + count_member("licensesDeployed", row.deployed) +
           percent_member("deploymentPercent", share(row.deployed, row.sold)) + count_member("licensesSold", row.sold) +
           ending(deployment_time(row), row, "CustomerLicensesDeploymentInsights");
}

} // namespace usaged::test
