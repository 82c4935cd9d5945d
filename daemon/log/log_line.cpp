#include "daemon/log/log_line.h"

#include "daemon/fault/text.h"

#include <algorithm>
#include <cstddef>
#include <string_view>
#include <variant>

namespace usaged {
namespace {

constexpr std::string_view category = "category";
constexpr std::string_view remedy_field = "remedy"; // our own words, however many

struct LevelFacts {
    std::string_view name;
    std::string_view padding; ///< so that the events stand below each other
    char priority;
};

LevelFacts facts(LogLevel level)
{
    switch (level) {
    case LogLevel::trace:
        return {"trace", "", '7'};
    case LogLevel::debug:
        return {"debug", "", '7'};
    case LogLevel::info:
        return {"info", " ", '6'};
    case LogLevel::warn:
        return {"warn", " ", '4'};
    case LogLevel::error:
        return {"error", "", '3'};
    }
    return {};
}

std::string text_value(std::string const& value)
{
    bool const clear = !value.empty() && value.find_first_of(" =\"\\") == std::string::npos;
    if (clear && without_controls(value) == value) return value;
    std::string out = "\"";
    for (char const c : value) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return without_controls(out) + '"';
}

std::string text_field(LogEvent::Field const& field)
{
    std::string out = " ";
    out.append(field.first).append("=");
    bool const text = std::holds_alternative<std::string>(field.second);
    return out + (text ? text_value(field_text(field)) : field_text(field));
}

std::string json_value(LogEvent::Field const& field)
{
    bool const text = std::holds_alternative<std::string>(field.second);
    return text ? json_string(field_text(field)) : field_text(field);
}

/// `null` where the event is no fault.
std::string json_category(LogEvent const& event)
{
    auto const found = std::ranges::find(event.fields, category, &LogEvent::Field::first);
    return found == event.fields.end() ? "null" : json_value(*found);
}

} // namespace

char priority(LogLevel level)
{
    return facts(level).priority;
}

std::string field_text(LogEvent::Field const& field)
{
    auto const& [name, value] = field;
    if (auto const* number = std::get_if<std::int64_t>(&value)) return std::to_string(*number);
    auto const& text = std::get<std::string>(value);
    return name == remedy_field ? text : cut(text);
}

std::string message_text(LogEvent const& event)
{
    std::string line{event.event};
    if (!event.detail.empty()) line += " - " + without_controls(event.detail);
    std::string remedy;
    for (auto const& field : event.fields) (field.first == remedy_field ? remedy : line) += text_field(field);
    return line + remedy;
}

std::string text_line(LogEvent const& event)
{
    auto const level = facts(event.level);
    std::string line{level.name};
    return line.append(level.padding).append(" ").append(message_text(event));
}

std::string journal_line(LogEvent const& event)
{
    return std::string{'<', priority(event.level), '>'} + text_line(event);
}

std::string json_members(LogEvent const& event)
{
    std::string line = "\"level\":" + json_string(facts(event.level).name) + ",\"event\":" + json_string(event.event) +
                       ",\"category\":" + json_category(event) + ",\"detail\":" + json_string(event.detail);
    for (auto const& field : event.fields) {
        if (field.first != category) line += ',' + json_string(field.first) + ':' + json_value(field);
    }
    return line + '}';
}

} // namespace usaged
