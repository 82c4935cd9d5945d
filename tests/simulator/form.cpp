#include "tests/simulator/form.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cstdio>

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

std::optional<FormFields> parse_form(std::string_view body)
{
    FormFields fields;
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

std::optional<FormFields> parse_query(std::string_view query)
{
    std::string encoded;
    for (auto const c : query) encoded += c == ',' ? "%2C" : std::string(1, c);
    return parse_form(encoded);
}

std::optional<std::size_t> parse_number(std::string_view text)
{
    std::size_t number = 0;
    auto const result = std::from_chars(text.data(), text.data() + text.size(), number);
    if (result.ec != std::errc{} || result.ptr != text.data() + text.size()) return std::nullopt;
    return number;
}

std::string field_of(FormFields const& fields, std::string const& name)
{
    auto const found = fields.find(name);
    return found == fields.end() ? std::string{} : found->second;
}

std::string percent_encoded(std::string_view text)
{
    std::string encoded;
    for (auto const c : text) {
        auto const code = static_cast<unsigned char>(c);
        std::array<char, 4> escape{c};
        if (std::isalnum(code) == 0) std::snprintf(escape.data(), escape.size(), "%%%02X", unsigned{code});
        encoded += escape.data();
    }
    return encoded;
}

std::string to_form(FormFields const& fields)
{
    std::string text;
    for (auto const& [name, value] : fields) text += (text.empty() ? "" : "&") + name + '=' + percent_encoded(value);
    return text;
}

} // namespace usaged::test
