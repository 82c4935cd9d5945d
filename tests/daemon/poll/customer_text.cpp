#include "tests/daemon/poll/customer_text.h"

namespace usaged::test {

std::string customer_id(int number)
{
    return "0000000" + std::to_string(number) + "-aaaa-4aaa-8aaa-000000000001";
}

std::string customer(int number, std::string_view tenant_id)
{
    auto const id = customer_id(number);
    return R"({"id":")" + id + R"(","companyProfile":{"tenantId":")" +
           std::string{tenant_id.empty() ? std::string_view{id} : tenant_id} + R"(","companyName":"Customer )" +
           std::to_string(number) + R"("},"relationshipToPartner":"reseller"})";
}

std::string customer_page(std::vector<std::string> const& customers, std::string_view members)
{
    std::string items;
    for (auto const& each : customers) items += (items.empty() ? "" : ",") + each;
    return R"({"totalCount":)" + std::to_string(customers.size()) + R"(,"items":[)" + items + "]" +
           std::string{members} + "}";
}

} // namespace usaged::test
