#include "daemon/auth/token_answer.h"

#include "daemon/fault/error.h"

#include <simdjson.h>

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace usaged {

namespace {

namespace dom = simdjson::dom;

constexpr std::size_t largest_token = 65536;
constexpr std::chrono::seconds unknown_lifetime{300};
constexpr std::chrono::seconds longest_lifetime{48 * 3600}; // Entra's longest special sessions have 28 hours

Error malformed(std::string const& reason)
{
    return Error{ErrorCategory::protocol, "the answer of the token endpoint is not usable: " + reason,
                 "Check that partner_center.authority is that of your cloud."};
}

std::string_view text_field(dom::object object, std::string_view name)
{
    std::string_view text;
    return object.at_key(name).get(text) == simdjson::SUCCESS ? text : std::string_view{};
}

bool is_visible_ascii(std::string_view text)
{
    return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7F'; });
}

bool equals_ignoring_case(std::string_view text, std::string_view lower)
{
    return std::equal(text.begin(), text.end(), lower.begin(), lower.end(),
                      [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; });
}

std::chrono::seconds lifetime(dom::object object)
{
    std::int64_t seconds = 0;
    if (object.at_key("expires_in").get(seconds) != simdjson::SUCCESS) {
        auto const text = text_field(object, "expires_in");
        auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
        if (error != std::errc{} || end != text.data() + text.size()) return unknown_lifetime;
    }
    if (seconds <= 0) return unknown_lifetime;
    return std::min(std::chrono::seconds{seconds}, longest_lifetime);
}

} // namespace

Grant read_token_answer(std::string const& body)
{
    if (body.size() > largest_token_answer) throw malformed("it is larger than 1 MiB");
    dom::parser parser;
    dom::object object;
    if (parser.parse(body).get(object) != simdjson::SUCCESS) throw malformed("it is not a JSON object");
    auto const access_token = text_field(object, "access_token");
    auto const refresh_token = text_field(object, "refresh_token");
    if (access_token.empty()) throw malformed("it has no access_token");
    if (!equals_ignoring_case(text_field(object, "token_type"), "bearer"))
        throw malformed("its token_type is not Bearer");
    if (access_token.size() > largest_token || !is_visible_ascii(access_token))
        throw malformed("its access_token is too long or has characters that no header may have");
    if (refresh_token.size() > largest_token || !is_visible_ascii(refresh_token))
        throw malformed("its refresh_token is too long or has characters that no token has");
    return Grant{Secret{std::string{access_token}}, Secret{std::string{refresh_token}}, lifetime(object)};
}

} // namespace usaged
