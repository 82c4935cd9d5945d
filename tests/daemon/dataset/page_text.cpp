#include "tests/daemon/dataset/page_text.h"

#include "daemon/fault/error.h"

#include <doctest/doctest.h>

#include <array>
#include <charconv>

namespace usaged::test {
namespace {

constexpr std::array<std::array<std::string_view, 2>, 5> good_fields{{
    {"proratedLicensesUsagePercent", "0.5"},
    {"workloadName", "\"Exchange\""},
    {"processedDateTime", "\"2017-03-09T00:00:00+00:00\""},
    {"serviceName", "\"o365\""},
    {"channel", "\"reseller\""},
}};

std::string number_text(double value)
{
    std::array<char, 32> text{};
    auto const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return std::string{text.data(), end};
}

std::string row_text(Row const& row)
{
    std::string out;
    for (std::size_t i = 0; i < row.values.size(); ++i) {
        bool const number = usage().columns[i].type == ColumnType::percent;
        out += number ? number_text(row.values[i].real) : std::string{row.values[i].text};
        out += '|';
    }
    return out.append(row.extra);
}

} // namespace

Dataset const& usage()
{
    return *find_dataset("partner_licenses_usage");
}

std::string page(std::vector<std::string> const& rows)
{
    std::string items;
    for (auto const& row : rows) items += (items.empty() ? "" : ",") + row;
    return R"({"totalCount":)" + std::to_string(rows.size()) + R"(,"items":[)" + items + "]}";
}

std::string row_with(std::string_view field, std::string_view value)
{
    std::string out;
    for (auto const& [name, good] : good_fields) {
        auto const chosen = name == field ? value : good;
        if (chosen.empty()) continue;
        out.append(out.empty() ? "{\"" : ",\"").append(name).append("\":").append(chosen);
    }
    return out + '}';
}

std::string row_and(std::string_view members)
{
    auto row = good_row();
    row.back() = ',';
    return row.append(members).append("}");
}

std::string good_row()
{
    return row_with({}, {});
}

Decoded decode(PageDecoder& decoder, std::string const& body)
{
    Decoded out;
    out.summary = decoder.decode(body, [&](Row const& row) { out.rows.push_back(row_text(row)); });
    return out;
}

Decoded decode(std::string const& body, DecodeRules rules)
{
    PageDecoder decoder{usage(), rules};
    return decode(decoder, body);
}

std::string refusal(std::string const& body, DecodeRules rules)
{
    try {
        decode(body, rules);
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::data);
        CHECK_FALSE(error.retryable());
        return error.what();
    }
    FAIL_CHECK("was not refused");
    return {};
}

} // namespace usaged::test
