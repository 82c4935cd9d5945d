#include "tests/benchmark/commercial_rows.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

namespace usaged::test {

namespace {

using std::string_view;

constexpr string_view usage_path = "/partner/v1/analytics/commercial/usage/license";
constexpr std::size_t all_workloads = 10;

struct CodeAndName {
    string_view code;
    string_view name;
};

constexpr std::array<CodeAndName, 2> services{{{"o365", "Microsoft Office 365"}, {"crm", "Microsoft Dynamics CRM"}}};
constexpr std::array<CodeAndName, all_workloads> workloads{{{"EXO", "Exchange"},
                                                            {"SPO", "SharePoint"},
                                                            {"TEAMS", "Microsoft Teams"},
                                                            {"SFB", "Skype For Business"},
                                                            {"ODB", "OneDrive for Business"},
                                                            {"YAMMER", "Yammer Enterprise"},
                                                            {"INTUNE", "Microsoft Intune"},
                                                            {"PROPLUS", "Office ProPlus"},
                                                            {"CRM", "Microsoft Dynamics CRM"},
                                                            {"POWERAPPS", "Power Platform"}}};
constexpr std::array<string_view, 12> product_names{
    "OFFICE 365 ENTERPRISE E3",    "OFFICE 365 ENTERPRISE E5", "EXCHANGE ONLINE PROTECTION",
    "EXCHANGE ONLINE (PLAN 1)",    "MICROSOFT 365 BUSINESS",   "ENTERPRISE MOBILITY + SECURITY E3",
    "DYNAMICS 365 CUSTOMER SALES", "PROJECT ONLINE",           "POWER BI PRO",
    "VISIO ONLINE PLAN 2",         "AZURE AD PREMIUM P1",      "WINDOWS 365 ENTERPRISE"};
constexpr std::array<string_view, 8> customer_words{"Contoso", "Fabrikam",  "Northwind",     "Adventure Works",
                                                    "Litware", "Proseware", "Tailspin Toys", "Wide World Importers"};
constexpr std::array<string_view, 5> customer_kinds{" Ltd", " Inc.", " GmbH", " Retail Holding",
                                                    " Engineering & Co. KG"};

/// Spreads neighbouring numbers. (SplitMix64)
std::uint64_t spread(std::uint64_t number)
{
    number += 0x9E3779B97F4A7C15U;
    number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9U;
    number = (number ^ (number >> 27)) * 0x94D049BB133111EBU;
    return number ^ (number >> 31);
}

void append_number(std::string& out, std::uint64_t number)
{
    std::array<char, 20> text;
    out.append(text.data(), std::to_chars(text.data(), text.data() + text.size(), number).ptr);
}

void append_guid(std::string& out, std::uint64_t number)
{
    constexpr string_view digits = "0123456789ABCDEF";
    std::array<std::uint64_t, 2> const bits{spread(number), spread(~number)};
    for (std::size_t i = 0; i < 32; ++i) {
        if (i == 8 || i == 12 || i == 16 || i == 20) out += '-';
        out += digits[bits[i / 16] >> (i % 16 * 4) & 15U];
    }
}

void append_two_digits(std::string& out, unsigned number)
{
    out += static_cast<char>('0' + number / 10);
    out += static_cast<char>('0' + number % 10);
}

void append_date(std::string& out, std::chrono::sys_days days)
{
    std::chrono::year_month_day const date{days};
    append_number(out, static_cast<std::uint64_t>(int{date.year()}));
    out += '-';
    append_two_digits(out, unsigned{date.month()});
    out += '-';
    append_two_digits(out, unsigned{date.day()});
    out += "T00:00:00";
}

CodeAndName const& service_of(std::uint32_t product)
{
    return services[product % 5 == 0 ? 1 : 0];
}

void append_names(std::string& out, CommercialRow const& row)
{
    auto const& [customer, product, workload] = row.series;
    out.append(R"(,"channel":")").append(customer % 10 == 0 ? "direct" : "reseller");
    out += R"(","customerTenantId":")";
    out += customer_tenant_id(customer);
    out.append(R"(","customerName":")").append(customer_name(customer, row.name_changes));
    out += R"(","productId":")";
    append_guid(out, (std::uint64_t{1} << 40) + product);
    out.append(R"(","productName":")").append(product_names[product % product_names.size()]);
    if (product >= product_names.size()) {
        out += " V";
        append_number(out, product / product_names.size() + 1);
    }
    out += '"';
}

void append_row(std::string& out, CommercialRow const& row, CommercialDataset dataset)
{
    auto const usage = dataset == CommercialDataset::usage;
    auto const& workload = workloads[row.series.workload];
    auto const& service = service_of(row.series.product);
    out += R"({"processedDateTime":")";
    append_date(out, row.date);
    if (usage) out.append(R"(","workloadCode":")").append(workload.code);
    if (usage) out.append(R"(","workloadName":")").append(workload.name);
    out.append(R"(","serviceCode":")").append(service.code);
    out.append(R"(","serviceName":")").append(service.name);
    out += '"';
    append_names(out, row);
    out += usage ? R"(,"licenseActive":)" : R"(,"licensesDeployed":)";
    append_number(out, row.active);
    out += usage ? R"(,"licensesQualified":)" : R"(,"licensesSold":)";
    append_number(out, row.qualified);
    out += '}';
}

std::string link_to(std::size_t skip, std::size_t page_rows)
{
    return std::string{usage_path} + "?top=" + std::to_string(page_rows) + "&skip=" + std::to_string(skip);
}

} // namespace

std::vector<CommercialSeries> commercial_series(std::size_t count, std::size_t customers)
{
    std::vector<CommercialSeries> series;
    series.reserve(count);
    for (std::size_t customer = 0; customer < customers; ++customer) {
        auto const end = count * (customer + 1) / customers;
        // 7 and 60 have no common divisor, so no product comes twice before each came once.
        for (auto product = customer % sample_products; series.size() < end; product = (product + 7) % sample_products)
            for (std::size_t workload = 0; workload <= product % all_workloads && series.size() < end; ++workload)
                series.push_back({static_cast<std::uint32_t>(customer), static_cast<std::uint32_t>(product),
                                  static_cast<std::uint32_t>(workload)});
    }
    return series;
}

CommercialRow commercial_row(CommercialSeries const& series, std::chrono::sys_days date)
{
    auto const number = (std::uint64_t{series.customer} * sample_products + series.product) * all_workloads;
    auto const seats = spread(number) % 300 + 1;
    auto const day = static_cast<std::uint64_t>(date.time_since_epoch().count());
    CommercialRow row{series, date};
    row.qualified = static_cast<std::uint32_t>(seats + day / 30 % 12);
    row.active = static_cast<std::uint32_t>(spread(number + series.workload + day) % (row.qualified + 1));
    return row;
}

std::string customer_tenant_id(std::uint32_t customer)
{
    std::string out;
    append_guid(out, customer);
    return out;
}

std::string customer_name(std::uint32_t customer, std::uint32_t name_changes)
{
    std::string out{customer_words[(customer + name_changes) % customer_words.size()]};
    out += ' ';
    append_number(out, customer);
    return out.append(customer_kinds[spread(customer) % customer_kinds.size()]);
}

std::string commercial_page(std::span<CommercialRow const> rows, std::size_t total_count, std::string const& next_link,
                            CommercialDataset dataset)
{
    constexpr std::size_t longest_row = 512;
    std::string body;
    body.reserve(rows.size() * longest_row + 1024);
    body += R"({"Value":[)";
    for (auto const& row : rows) {
        if (&row != rows.data()) body += ',';
        append_row(body, row, dataset);
    }
    body += R"(],"@nextLink":)";
    body += next_link.empty() ? "null" : '"' + next_link + '"';
    body += R"(,"TotalCount":)";
    append_number(body, total_count);
    body += '}';
    constexpr std::size_t spare = 64;
    std::string exact;
    exact.reserve(body.size() + spare);
    return exact.append(body);
}

std::vector<std::string> commercial_pages(std::size_t rows, std::size_t page_rows, std::size_t customers)
{
    std::chrono::sys_days const date{std::chrono::year{2026} / 10 / 31};
    auto const all = commercial_series(rows, customers);
    std::vector<std::string> pages;
    std::vector<CommercialRow> page;
    for (std::size_t start = 0; start < rows; start += page_rows) {
        auto const end = std::min(rows, start + page_rows);
        page.clear();
        for (auto i = start; i < end; ++i) page.push_back(commercial_row(all[i], date));
        pages.push_back(commercial_page(page, rows, end < rows ? link_to(end, page_rows) : std::string{}));
    }
    return pages;
}

} // namespace usaged::test
