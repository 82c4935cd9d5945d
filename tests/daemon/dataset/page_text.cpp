#include "tests/daemon/dataset/page_text.h"

#include "daemon/fault/error.h"

#include <doctest/doctest.h>

#include <array>
#include <charconv>

namespace usaged::test {
namespace {

using GoodField = std::array<std::string_view, 2>;

constexpr std::array<GoodField, 5> good_fields{{
    {"proratedLicensesUsagePercent", "0.5"},
    {"workloadName", "\"Exchange\""},
    {"processedDateTime", "\"2017-03-09T00:00:00+00:00\""},
    {"serviceName", "\"o365\""},
    {"channel", "\"reseller\""},
}};

constexpr std::array<GoodField, 9> customer_fields{{
    {"customerName", "\"ACME\""},
    {"productName", "\"E3\""},
    {"licensesActive", "3"},
    {"licensesQualified", "5"},
    {"usagePercent", "0.5"},
    {"workloadName", "\"Exchange\""},
    {"processedDateTime", "\"2017-03-09T00:00:00+00:00\""},
    {"serviceName", "\"o365\""},
    {"channel", "\"reseller\""},
}};

constexpr std::array<GoodField, 12> commercial_fields{{
    {"processedDateTime", "\"2018-10-14T00:00:00\""},
    {"workloadCode", "\"EXO\""},
    {"workloadName", "\"Exchange\""},
    {"serviceCode", "\"o365\""},
    {"serviceName", "\"Microsoft Office 365\""},
    {"channel", "\"reseller\""},
    {"customerTenantId", "\"0112A436-B14E-4888-967B-CA4BB2CF1234\""},
    {"customerName", "\"ACME\""},
    {"productId", "\"6FD2C87F-B296-42F0-B197-1E91E994B900\""},
    {"productName", "\"E3\""},
    {"licenseActive", "3"},
    {"licensesQualified", "5"},
}};

std::string row_of(std::span<GoodField const> fields, std::string_view field, std::string_view value)
{
    std::string out;
    for (auto const& [name, good] : fields) {
        auto const chosen = name == field ? value : good;
        if (chosen.empty()) continue;
        out.append(out.empty() ? "{\"" : ",\"").append(name).append("\":").append(chosen);
    }
    return out + '}';
}

std::string joined(std::vector<std::string> const& rows)
{
    std::string items;
    for (auto const& row : rows) items += (items.empty() ? "" : ",") + row;
    return items;
}

std::string number_text(double value)
{
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return std::string{text.data(), end};
}

std::string value_text(Column const& column, Value const& value)
{
    if (column.type == ColumnType::percent) return number_text(value.real);
    if (column.type == ColumnType::count) return std::to_string(value.integer);
    return std::string{value.text};
}

std::string row_text(Dataset const& dataset, Row const& row)
{
    std::string out;
    for (std::size_t i = 0; i < row.values.size(); ++i) out += value_text(dataset.columns[i], row.values[i]) + '|';
    return out.append(row.extra);
}

} // namespace

Dataset const& usage()
{
    return *find_dataset("partner_licenses_usage");
}

std::string page(std::vector<std::string> const& rows)
{
    return R"({"totalCount":)" + std::to_string(rows.size()) + R"(,"items":[)" + joined(rows) + "]}";
}

std::string value_page(std::vector<std::string> const& rows, std::string_view members)
{
    return R"({"Value":[)" + joined(rows) + "]" + std::string{members} + "}";
}

std::string row_with(std::string_view field, std::string_view value)
{
    return row_of(good_fields, field, value);
}

std::string customer_row(std::string_view field, std::string_view value)
{
    return row_of(customer_fields, field, value);
}

std::string commercial_row(std::string_view field, std::string_view value)
{
    return row_of(commercial_fields, field, value);
}

std::string with(std::string row, std::string_view members)
{
    row.back() = ',';
    return row.append(members).append("}");
}

std::string row_and(std::string_view members)
{
    return with(good_row(), members);
}

std::string good_row()
{
    return row_with({}, {});
}

Decoding of(std::string_view dataset, PageScope scope, DecodeRules rules)
{
    auto const* const found = find_dataset(dataset);
    REQUIRE(found != nullptr);
    return Decoding{*found, std::move(scope), rules};
}

Decoded decode(PageDecoder& decoder, std::string const& body, Decoding const& how)
{
    Decoded out;
    out.summary = decoder.decode(body, how.scope, [&](Row const& row) {
        REQUIRE(row.values.size() == how.dataset.columns.size());
        out.rows.push_back(row_text(how.dataset, row));
    });
    return out;
}

Decoded decode(std::string const& body, Decoding const& how)
{
    PageDecoder decoder{how.dataset, how.rules};
    return decode(decoder, body, how);
}

Decoded decode(std::string const& body, DecodeRules rules)
{
    return decode(body, Decoding{usage(), {}, rules});
}

std::string refusal(std::string const& body, Decoding const& how)
{
    try {
        decode(body, how);
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::data);
        CHECK_FALSE(error.retryable());
        return error.what();
    }
    FAIL_CHECK("was not refused");
    return {};
}

std::string refusal(std::string const& body, DecodeRules rules)
{
    return refusal(body, Decoding{usage(), {}, rules});
}

} // namespace usaged::test
