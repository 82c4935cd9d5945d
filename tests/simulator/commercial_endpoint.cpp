#include "tests/simulator/commercial_endpoint.h"

#include "tests/simulator/api_gate.h"
#include "tests/simulator/commercial_query.h"
#include "tests/simulator/json_text.h"
#include "tests/simulator/licence_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string_view>

namespace usaged::test {
namespace {

constexpr std::size_t most_rows = 10000;

std::size_t number_field(FormFields const& fields, std::string const& name, std::size_t otherwise)
{
    auto const found = fields.find(name);
    return found == fields.end() ? otherwise : *parse_number(found->second);
}

std::optional<std::chrono::sys_days> parse_date(std::string_view text)
{
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    auto const year = parse_number(text.substr(0, 4));
    auto const month = parse_number(text.substr(5, 2));
    auto const day = parse_number(text.substr(8));
    if (!year || !month || !day) return std::nullopt;
    std::chrono::year_month_day const date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    return date.ok() ? std::optional<std::chrono::sys_days>{date} : std::nullopt;
}

/// The parameters of a request; nothing if one is not as it has to be.
std::optional<FormFields> parameters(Request const& request)
{
    static std::set<std::string> const known{"top", "skip", "filter", "groupby", "processedDateTime"};
    auto fields = parse_query(request.query());
    if (!fields) return std::nullopt;
    for (auto const& [name, value] : *fields) {
        if (!known.contains(name)) return std::nullopt;
        if ((name == "top" || name == "skip") && !parse_number(value)) return std::nullopt;
        if (name == "processedDateTime" && !parse_date(value)) return std::nullopt;
    }
    auto const top = number_field(*fields, "top", most_rows);
    return top == 0 || top > most_rows ? std::nullopt : fields;
}

std::vector<std::string> split(std::string_view text)
{
    std::vector<std::string> parts;
    while (!text.empty()) {
        auto const part = text.substr(0, text.find(','));
        parts.emplace_back(part);
        text.remove_prefix(std::min(text.size(), part.size() + 1));
    }
    return parts;
}

std::string text_members(LicenceRow const& row, bool has_workloads)
{
    constexpr std::array<std::string_view, 9> names{"workloadCode", "workloadName", "serviceCode",
                                                    "serviceName",  "channel",      "customerTenantId",
                                                    "customerName", "productId",    "productName"};
    std::string text;
    for (auto const name : names)
        if (auto const value = commercial_field(row, name, has_workloads))
            text += '"' + std::string{name} + "\":" + json_text(*value) + ',';
    return text;
}

/// The envelope.
std::string value_body(std::string const& items, std::string const& next_link, std::size_t total_count)
{
    return R"({"Value":[)" + items + R"(],"@nextLink":)" + (next_link.empty() ? "null" : json_text(next_link)) +
           R"(,"TotalCount":)" + std::to_string(total_count) + '}';
}

} // namespace

bool CommercialEndpoint::serves(Request const& request) const
{
    auto const with_partner = request.path().starts_with("/partner");
    return options_.paths == CommercialPaths::both || with_partner == (options_.paths == CommercialPaths::with_partner);
}

Answer CommercialEndpoint::answer(Request const& request, std::size_t step)
{
    auto const fields = parameters(request);
    if (!fields) return bad_request("The query is not understood.");
    auto const& all = find(*fields, step).items;
    if (!all) return bad_request("The filter or the grouping is not understood.");
    auto const first = std::min(number_field(*fields, "skip", 0), all->size());
    auto const size = std::min(number_field(*fields, "top", most_rows), options_.page_limit);
    auto const end = std::min(first + size, all->size());
    std::string page;
    for (auto index = first; index < end; ++index) page += (index == first ? "" : ",") + (*all)[index];
    auto const link = end < all->size() ? next_link(request, *fields, end) : std::string{};
    return {200, {}, value_body(page, link, options_.total_count_of_query ? all->size() : end - first)};
}

CommercialEndpoint::Found const& CommercialEndpoint::find(FormFields query, std::size_t step)
{
    query.erase("skip");
    query.erase("top");
    if (!last_ || last_->step != step || last_->query != query) last_ = Found{step, query, items(query, step)};
    return *last_;
}

std::optional<std::vector<std::string>> CommercialEndpoint::items(FormFields const& fields, std::size_t step) const
{
    auto const date = parse_date(field_of(fields, "processedDateTime"));
    auto found = rows(step, date);
    if (auto const text = field_of(fields, "filter"); !text.empty()) {
        auto const filter = parse_filter(text, kind_ == Kind::usage);
        if (!filter) return std::nullopt;
        std::erase_if(found, [&](LicenceRow const& row) { return !(*filter)(row); });
    }
    if (auto const groupby = field_of(fields, "groupby"); !groupby.empty()) return grouped(found, groupby);
    std::vector<std::string> texts;
    texts.reserve(found.size());
    for (auto const& row : found) texts.push_back(item(row));
    return texts;
}

std::vector<LicenceRow> CommercialEndpoint::rows(std::size_t step, std::optional<std::chrono::sys_days> date) const
{
    auto const newest = std::max(market_.date("crm", step), market_.date("o365", step));
    if (date && *date <= newest - std::chrono::days{options_.days_kept}) return {};
    RowSelection const selection{date, {}};
    return kind_ == Kind::usage ? market_.usage_rows(step, selection) : market_.deployment_rows(step, selection);
}

std::optional<std::vector<std::string>> CommercialEndpoint::grouped(std::vector<LicenceRow> const& rows,
                                                                    std::string const& groupby) const
{
    auto const fields = split(groupby);
    for (auto const& field : fields)
        if (!commercial_field({}, field, kind_ == Kind::usage)) return std::nullopt;
    std::map<std::string, LicenceRow> sums; ///< by the members that they have in common
    for (auto const& row : rows) {
        std::string members;
        for (auto const& field : fields)
            members += '"' + field + "\":" + json_text(*commercial_field(row, field, kind_ == Kind::usage)) + ',';
        auto& sum = sums[members];
        sum.sold += row.sold;
        sum.deployed += row.deployed;
        sum.qualified += row.qualified;
        sum.active += row.active;
    }
    std::vector<std::string> texts;
    for (auto const& [members, sum] : sums) texts.push_back('{' + members + measures(sum) + '}');
    return texts;
}

std::string CommercialEndpoint::item(LicenceRow const& row) const
{
    return R"({"processedDateTime":")" + date_text(row.date) + R"(T00:00:00",)" +
           text_members(row, kind_ == Kind::usage) + measures(row) + '}';
}

std::string CommercialEndpoint::measures(LicenceRow const& row) const
{
    if (kind_ == Kind::deployment)
        return R"("licensesDeployed":)" + std::to_string(row.deployed) + R"(,"licensesSold":)" +
               std::to_string(row.sold);
    return (options_.spell_licenses_active ? R"("licensesActive":)" : R"("licenseActive":)") +
           std::to_string(row.active) + R"(,"licensesQualified":)" + std::to_string(row.qualified);
}

std::string CommercialEndpoint::next_link(Request const& request, FormFields fields, std::size_t skip) const
{
    if (options_.next_link == NextLink::never) return {};
    fields["skip"] = std::to_string(skip);
    auto const relative = std::string{request.path()} + '?' + to_form(fields);
    return options_.next_link == NextLink::relative ? relative : "https://" + request.value("Host") + relative;
}

} // namespace usaged::test
