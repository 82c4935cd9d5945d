#include "daemon/poll/date_question.h"

#include "daemon/fault/error.h"
#include "daemon/fault/text.h"

#include <algorithm>
#include <string_view>

namespace usaged {

namespace {

constexpr std::string_view service_field = "serviceCode";

/// As a filter has it: a quote is doubled (OData 4.01, section 5.1.1.6.1).
std::string quoted(std::string_view text)
{
    std::string out = "'";
    for (char const c : text) out.append(c == '\'' ? 2 : 1, c);
    return out += '\'';
}

std::string comparisons(std::vector<std::string> const& services, std::string_view operation, std::string_view between)
{
    std::string out;
    for (auto const& service : services)
        out.append(out.empty() ? "" : between).append(service_field).append(operation).append(quoted(service));
    return out;
}

} // namespace

FirstRow decode_first_row(Dataset const& dataset, DecodeRules const& rules, std::string const& body)
{
    auto const column = std::find_if(dataset.columns.begin(), dataset.columns.end(),
                                     [](Column const& each) { return each.field == service_field; }) -
                        dataset.columns.begin();
    FirstRow first;
    PageDecoder decoder{dataset, rules};
    auto page = decoder.decode(body, PageScope{}, [&](Row const& row) {
        if (first.row) return;
        auto const service = row.values[static_cast<std::size_t>(column)].text;
        first.row = DatedService{std::string{service}, std::string{row.values.front().text}};
    });
    if (!first.row && page.items > 0)
        throw Error{ErrorCategory::data, printable(page.first_bad),
                    "Nothing was stored: grouped rows need a date. If this lasts, please report it."};
    first.next = std::move(page.next);
    return first;
}

std::string narrowed(std::string const& filter, std::string const& condition)
{
    if (filter.empty() || condition.empty()) return filter + condition;
    return "(" + filter + ") and (" + condition + ")";
}

std::string is_one_of(std::vector<std::string> const& services)
{
    return comparisons(services, " eq ", " or ");
}

std::string is_none_of(std::vector<std::string> const& services)
{
    return comparisons(services, " ne ", " and ");
}

} // namespace usaged
