#include "daemon/dataset/customer_page.h"
#include "tests/fuzz/fuzz.h"

#include <algorithm>

namespace usaged::test {
namespace {

/// It becomes a part of a request's path.
bool is_lower_guid(std::string_view text)
{
    return text.size() == 36 && std::all_of(text.begin(), text.end(), [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == '-';
           });
}

void require_sound(CustomerPage const& page)
{
    for (auto const& customer : page.customers) {
        require(is_lower_guid(customer.id), "an id is a GUID in lower case");
        require(customer.tenant_id.empty() || is_lower_guid(customer.tenant_id),
                "a tenant's id is a GUID or not there");
        require(customer.company_name.size() <= 4096, "a name has at most 4096 bytes");
        require(customer.company_name.find('\0') == std::string::npos, "a name has no U+0000");
    }
    auto const& token = page.continuation_token;
    require(token.size() <= 4096 &&
                std::all_of(token.begin(), token.end(), [](char c) { return c >= ' ' && c < '\x7F'; }),
            "a continuation token fits into a header");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size)
{
    try {
        require_sound(decode_customer_page(text_of(data, size)));
    } catch (Error const& error) {
        require_proper(error, ErrorCategory::data);
    }
    return 0;
}

} // namespace usaged::test
