#include "daemon/net/http.h"

#include <algorithm>

namespace usaged {
namespace {

// std::tolower follows the locale, header names do not.
char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

} // namespace

std::optional<std::string_view> HttpResponse::header(std::string_view name) const
{
    auto const found = std::ranges::find_if(headers, [&](HttpHeader const& h) { return same_name(h.name, name); });
    if (found == headers.end()) return std::nullopt;
    return found->value;
}

} // namespace usaged
