#include "tests/simulator/received_rows.h"

#include "tests/simulator/exchange.h"
#include "tests/simulator/licence_text.h"

#include <simdjson.h>

#include <algorithm>
#include <cctype>

namespace usaged::test {
namespace {

namespace dom = simdjson::dom;

simdjson::padded_string padded(std::string_view body)
{
    if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
    return simdjson::padded_string{body};
}

dom::array rows_of(dom::object envelope)
{
    dom::array rows;
    if (envelope["items"].get(rows) != simdjson::SUCCESS) rows = envelope["Value"];
    return rows;
}

std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    return text;
}

std::string column_of(std::string_view member)
{
    if (member == "licenseActive") return "licenses_active";
    std::string name;
    for (auto const c : member) {
        if (c >= 'A' && c <= 'Z') name += '_';
        name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    return name;
}

std::string stored_time(std::string text)
{
    constexpr std::string_view zone = "+00:00";
    if (text.ends_with(zone)) text.resize(text.size() - zone.size());
    return text + 'Z';
}

std::string stored_value(std::string_view column, dom::element value)
{
    if (value.is_int64()) return std::to_string(std::int64_t{value});
    if (value.is_double()) return number_text(double{value});
    std::string const text{std::string_view{value}};
    if (column == "processed_date_time") return stored_time(text);
    return is_guid(lower(text)) ? lower(text) : text;
}

} // namespace

std::vector<StoredRow> received_rows(std::string_view body)
{
    dom::parser parser;
    std::vector<StoredRow> rows;
    auto const text = padded(body);
    for (dom::object const item : rows_of(parser.parse(text))) {
        StoredRow row;
        for (auto const member : item) {
            if (member.key == "attributes") continue;
            auto const column = column_of(member.key);
            row.emplace(column, stored_value(column, member.value));
        }
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<std::string> members_of_first_row(std::string_view body)
{
    dom::parser parser;
    auto const text = padded(body);
    dom::object const first = rows_of(parser.parse(text)).at(0);
    std::vector<std::string> names;
    for (auto const member : first) names.emplace_back(member.key);
    return names;
}

std::string envelope_member(std::string_view body, std::string_view name)
{
    dom::parser parser;
    auto const text = padded(body);
    dom::object const envelope = parser.parse(text);
    dom::element value;
    if (envelope[name].get(value) != simdjson::SUCCESS || value.is_null()) return {};
    return value.is_int64() ? std::to_string(std::int64_t{value}) : std::string{std::string_view{value}};
}

} // namespace usaged::test
