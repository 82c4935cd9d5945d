#include "tests/simulator/form.h"

#include <algorithm>
#include <charconv>

namespace usaged::test {
namespace {

constexpr std::string_view unreserved = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~*";

std::optional<std::string> decode(std::string_view text)
{
    std::string decoded;
    for (; !text.empty(); text.remove_prefix(1)) {
        if (text.front() == '+') {
            decoded += ' ';
        } else if (text.front() != '%') {
            if (unreserved.find(text.front()) == std::string_view::npos) return std::nullopt;
            decoded += text.front();
        } else {
            unsigned code = 0;
            if (text.size() < 3 || std::from_chars(text.data() + 1, text.data() + 3, code, 16).ptr != text.data() + 3)
                return std::nullopt;
            decoded += static_cast<char>(code);
            text.remove_prefix(2);
        }
    }
    return decoded;
}

} // namespace

std::optional<std::map<std::string, std::string>> parse_form(std::string_view body)
{
    std::map<std::string, std::string> fields;
    while (!body.empty()) {
        auto const field = body.substr(0, body.find('&'));
        body.remove_prefix(std::min(body.size(), field.size() + 1));
        auto const equals = field.find('=');
        if (equals == std::string_view::npos) return std::nullopt;
        auto const name = decode(field.substr(0, equals));
        auto const value = decode(field.substr(equals + 1));
        if (!name || !value || !fields.emplace(*name, *value).second) return std::nullopt;
    }
    return fields;
}

} // namespace usaged::test
