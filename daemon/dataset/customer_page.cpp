#include "daemon/dataset/customer_page.h"

#include "daemon/dataset/guid.h"
#include "daemon/dataset/json_body.h"
#include "daemon/dataset/links.h"
#include "daemon/dataset/page_error.h"

namespace usaged {

namespace {

namespace dom = simdjson::dom;

/// The text of a member that only people need, or that nobody misses: empty if it is no text that can be kept.
std::string text_of(std::optional<Member> const& member)
{
    std::string_view text;
    if (!member || member->value.get(text) != simdjson::SUCCESS) return {};
    bool const keepable = text.size() <= max_text && text.find('\0') == std::string_view::npos;
    return keepable ? std::string{text} : std::string{};
}

void take_profile(Customer& customer, dom::element value, std::string const& path)
{
    dom::object profile;
    if (value.get(profile) != simdjson::SUCCESS) return;
    customer.tenant_id = lower_guid(text_of(find_member(profile, "tenantId", path)));
    customer.company_name = text_of(find_member(profile, "companyName", path));
}

Customer customer_at(dom::element item, std::string const& path)
{
    dom::object object;
    if (item.get(object) != simdjson::SUCCESS) throw page_error(path, "is not an object");
    auto const id = find_member(object, "id", path);
    if (!id) throw page_error(path + ".id", "is missing");
    Customer customer;
    customer.id = lower_guid(text_of(id));
    if (customer.id.empty()) throw page_error(path + ".id", "is not a GUID");
    if (auto const profile = find_member(object, "companyProfile", path))
        take_profile(customer, profile->value, path + ".companyProfile");
    return customer;
}

std::string next_token(dom::object page)
{
    auto const next = linked_page(page);
    if (next && !next->continuation_token.empty()) return next->continuation_token;
    auto const member = find_member(page, "continuationToken");
    std::string_view text;
    bool const none =
        !member || member->value.is_null() || (member->value.get(text) == simdjson::SUCCESS && text.empty());
    if (!none) return header_value_at(member->value, "continuationToken");
    // Without the token the same page would come again.
    if (next) throw page_error("links.next", "has no continuation token");
    return {};
}

} // namespace

CustomerPage decode_customer_page(std::string const& body)
{
    BodyParser parser;
    auto const page = parser.parse(body);
    auto const items = find_member(page, "items");
    if (!items) throw page_error("items", "is missing");
    dom::array list;
    if (items->value.get(list) != simdjson::SUCCESS) throw page_error("items", "is not an array");
    CustomerPage out;
    for (dom::element const item : list)
        out.customers.push_back(customer_at(item, "items[" + std::to_string(out.customers.size()) + "]"));
    out.continuation_token = next_token(page);
    return out;
}

} // namespace usaged
