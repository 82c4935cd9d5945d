#include "tests/simulator/customer_list.h"

#include "tests/simulator/api_gate.h"
#include "tests/simulator/form.h"
#include "tests/simulator/json_text.h"
#include "tests/simulator/licence_text.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

namespace usaged::test {
namespace {

constexpr std::string_view token_start = "Q3VzdG9tZXJz+/";

std::string token_for(std::size_t index)
{
    return std::string{token_start} + std::to_string(index) + '=';
}

/// The index of the customer that a token leads to.
std::optional<std::size_t> index_of(std::string_view token)
{
    if (!token.starts_with(token_start) || !token.ends_with('=')) return std::nullopt;
    token.remove_prefix(token_start.size());
    token.remove_suffix(1);
    return parse_number(token);
}

std::string self_link(std::string const& uri)
{
    return R"("links":{"self":{"uri":)" + json_text(uri) + R"(,"method":"GET","headers":[]}})";
}

std::string item(MarketCustomer const& customer)
{
    auto const uri = "/customers/" + customer.id;
    return R"({"id":)" + json_text(customer.id) + R"(,"companyProfile":{"tenantId":)" + json_text(customer.id) +
           R"(,"domain":"customer)" + std::to_string(customer.number) + R"(.onmicrosoft.com","companyName":)" +
           json_text(customer.name) + ',' + self_link(uri + "/profiles/company") +
           R"(,"attributes":{"objectType":"CustomerCompanyProfile"}},"relationshipToPartner":"reseller",)" +
           self_link(uri) + R"(,"attributes":{"objectType":"Customer"}})";
}

/// The members that lead to the next page.
std::string next_members(std::string const& token, std::string const& size)
{
    auto const uri = "/customers?" + (size.empty() ? size : "size=" + size + '&') + "seekOperation=Next";
    return R"("continuationToken":)" + json_text(token) + R"(,"links":{"next":{"uri":)" + json_text(uri) +
           R"(,"method":"GET","headers":[{"key":"MS-ContinuationToken","value":)" + json_text(token) + R"(}]}},)";
}

} // namespace

Answer answer_customer_list(Request const& request, std::vector<MarketCustomer> const& customers,
                            CustomerListOptions const& options)
{
    auto const fields = parse_form(request.query());
    auto const wanted = fields ? parse_number(fields->contains("size") ? fields->at("size") : "0") : std::nullopt;
    if (!wanted) return bad_request("The query is not understood.");
    std::size_t first = 0;
    auto const token = request.value("MS-ContinuationToken");
    if (equal_ignoring_case(field_of(*fields, "seekOperation"), "Next") && !token.empty()) {
        auto const index = index_of(token);
        if (!index || *index >= customers.size()) return bad_request("There is nothing left to seek.");
        first = *index;
    }
    auto const size = *wanted == 0 ? options.page_limit : std::min(*wanted, options.page_limit);
    auto const end = std::min(first + size, customers.size());
    std::vector<std::string> items;
    for (auto index = first; index < end; ++index) items.push_back(item(customers[index]));
    auto const leads_on = end < customers.size() || options.dangling_token;
    auto const members = leads_on ? next_members(token_for(end), field_of(*fields, "size")) : std::string{};
    return {200, {}, items_body(items, members)};
}

} // namespace usaged::test
