#include "daemon/log/log_line.h"

#include <cstddef>
#include <string_view>
#include <variant>

namespace usaged {
namespace {

struct LevelFacts {
    std::string_view name;
    std::string_view padding; ///< so that the events stand below each other
    std::string_view priority;
};

LevelFacts facts(LogLevel level)
{
    switch (level) {
    case LogLevel::trace: return {"trace", "", "<7>"};
    case LogLevel::debug: return {"debug", "", "<7>"};
    case LogLevel::info: return {"info", " ", "<6>"};
    case LogLevel::warn: return {"warn", " ", "<4>"};
    case LogLevel::error: return {"error", "", "<3>"};
    }
    return {};
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

std::string text_value(std::string const& value)
{
    auto const plain = without_controls(value);
    if (!value.empty() && plain == value && value.find_first_of(" =\"\\") == std::string::npos) return value;
    std::string out = "\"";
    for (char const c : plain) {
        if (c == '"') out += '\\';
        out += c;
    }
    return out + '"';
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

} // namespace

std::string text_line(LogEvent const& event)
{
    auto const level = facts(event.level);
    std::string line{level.name};
    line.append(level.padding).append(" ").append(event.event);
    for (auto const& [name, value] : event.fields) {
        line.append(" ").append(name).append("=");
        auto const* text = std::get_if<std::string>(&value);
        line += text ? text_value(*text) : std::to_string(std::get<std::int64_t>(value));
    }
    if (!event.detail.empty()) line += ": " + without_controls(event.detail);
    return line;
}

std::string journal_line(LogEvent const& event)
{
    return std::string{facts(event.level).priority} + text_line(event);
}

std::string json_members(LogEvent const& event)
{
    std::string line = "\"level\":" + json_string(facts(event.level).name) + ",\"event\":" + json_string(event.event) +
                       ",\"detail\":" + json_string(event.detail);
    for (auto const& [name, value] : event.fields) {
        line += ',' + json_string(name) + ':';
        auto const* text = std::get_if<std::string>(&value);
        line += text ? json_string(*text) : std::to_string(std::get<std::int64_t>(value));
    }
    return line + '}';
}

} // namespace usaged
