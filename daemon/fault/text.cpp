#include "daemon/fault/text.h"

#include <algorithm>

namespace usaged {

namespace {

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

unsigned byte_at(std::string_view text, std::size_t index)
{
    return static_cast<unsigned char>(text[index]);
}

/// The length of the UTF-8 sequence that `text`, which is not empty, begins with; 0 if it is not valid (RFC 3629,
/// section 4).
std::size_t sequence_length(std::string_view text)
{
    auto const lead = byte_at(text, 0);
    if (lead < 0x80) return 1;
    std::size_t const length = lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
    if (length == 0 || text.size() < length) return 0;
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte_at(text, i) & 0xC0u) != 0x80u) return 0;
    }
    auto const second = byte_at(text, 1);
    bool const overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    bool const surrogate = lead == 0xED && second > 0x9F;
    bool const too_high = lead == 0xF4 && second > 0x8F;
    return overlong || surrogate || too_high ? 0 : length;
}

/// C0, DEL and C1, which some terminals obey too.
bool is_control(std::string_view sequence)
{
    if (sequence.size() == 1) return byte_at(sequence, 0) < 0x20 || byte_at(sequence, 0) == 0x7F;
    return byte_at(sequence, 0) == 0xC2 && byte_at(sequence, 1) < 0xA0;
}

std::string hex(unsigned byte)
{
    constexpr std::string_view digits = "0123456789abcdef";
    return {digits[byte >> 4u], digits[byte & 0xFu]};
}

bool is_continuation_byte(char byte)
{
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

} // namespace

std::string printable(std::string_view text, std::size_t limit)
{
    std::string escaped;
    for (char const c : cut(text, limit)) {
        if (c == '"' || c == '\\') escaped += '\\';
        escaped += c;
    }
    return without_controls(escaped);
}

std::string cut(std::string_view text, std::size_t limit)
{
    if (text.size() <= limit) return std::string{text};
    while (limit > 0 && is_continuation_byte(text[limit])) --limit;
    return std::string{text.substr(0, limit)} + "…";
}

std::string without_controls(std::string_view text)
{
    std::string out;
    while (!text.empty()) {
        auto const length = sequence_length(text);
        auto const sequence = text.substr(0, length == 0 ? 1 : length);
        if (length == 0 || is_control(sequence)) {
            for (std::size_t i = 0; i < sequence.size(); ++i) out += "\\x" + hex(byte_at(sequence, i));
        } else {
            out += sequence;
        }
        text.remove_prefix(sequence.size());
    }
    return out;
}

bool equals_ignoring_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, [](char left, char right) { return lower(left) == lower(right); });
}

std::string json_string(std::string_view text)
{
    std::string out = "\"";
    while (!text.empty()) {
        auto const length = sequence_length(text);
        auto const sequence = text.substr(0, length == 0 ? 1 : length);
        if (length == 0) {
            out += "\\ufffd";
        } else if (is_control(sequence)) {
            out += "\\u00" + hex(byte_at(sequence, length - 1)); // of C1 too, the last byte is the code point
        } else {
            if (sequence == "\"" || sequence == "\\") out += '\\';
            out += sequence;
        }
        text.remove_prefix(sequence.size());
    }
    return out + '"';
}

} // namespace usaged
