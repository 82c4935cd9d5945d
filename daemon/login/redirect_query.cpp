#include "daemon/login/redirect_query.h"

#include <algorithm>
#include <charconv>
#include <optional>

namespace usaged {

namespace {

std::string_view query_of(std::string_view redirect)
{
    redirect = redirect.substr(0, redirect.find('#'));
    auto const mark = redirect.find('?');
    return mark == std::string_view::npos ? redirect : redirect.substr(mark + 1);
}

/// The byte that `%` and these two characters stand for.
std::optional<char> escaped_byte(std::string_view digits)
{
    unsigned char byte = 0;
    auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2) return std::nullopt;
    return static_cast<char>(byte);
}

/// application/x-www-form-urlencoded; a `%` that begins nothing stands for itself.
std::string decoded(std::string_view text)
{
    std::string out;
    out.reserve(text.size()); // growing would leave copies of a code behind
    for (std::size_t i = 0; i < text.size(); ++i) {
        auto const byte = text[i] == '%' ? escaped_byte(text.substr(i + 1, 2)) : std::nullopt;
        out += byte ? *byte : text[i] == '+' ? ' ' : text[i];
        if (byte) i += 2;
    }
    return out;
}

/// Puts a field where it belongs. Whether it came for the first time.
bool take(RedirectQuery& query, std::string_view name, std::string value)
{
    if (name == "code" || name == "state") {
        auto& field = name == "code" ? query.code : query.state;
        bool const first = field.empty();
        field = Secret{value};
        wipe(value);
        return first;
    }
    if (name != "error" && name != "error_description") return true;
    auto& field = name == "error" ? query.error : query.error_description;
    bool const first = field.empty();
    field = std::move(value);
    return first;
}

} // namespace

RedirectQuery read_redirect_query(std::string_view redirect)
{
    RedirectQuery query;
    auto rest = query_of(redirect);
    while (!rest.empty()) {
        auto const field = rest.substr(0, rest.find('&'));
        rest.remove_prefix(std::min(field.size() + 1, rest.size()));
        auto const equals = field.find('=');
        if (equals == std::string_view::npos) continue;
        if (!take(query, field.substr(0, equals), decoded(field.substr(equals + 1)))) return {};
    }
    return query;
}

} // namespace usaged
