#include "daemon/log/log_line.h"

#include "daemon/fault/text.h"

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
    case LogLevel::trace:
        return {"trace", "", "<7>"};
    case LogLevel::debug:
        return {"debug", "", "<7>"};
    case LogLevel::info:
        return {"info", " ", "<6>"};
    case LogLevel::warn:
        return {"warn", " ", "<4>"};
    case LogLevel::error:
        return {"error", "", "<3>"};
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
    auto const& [name, value] = field;
    std::string out = " ";
    out.append(name).append("=");
    auto const* text = std::get_if<std::string>(&value);
    return out + (text ? text_value(*text) : std::to_string(std::get<std::int64_t>(value)));
}

} // namespace

std::string text_line(LogEvent const& event)
{
    auto const level = facts(event.level);
    std::string line{level.name};
    line.append(level.padding).append(" ").append(event.event);
    if (!event.detail.empty()) line += " - " + without_controls(event.detail);
    std::string remedy;
    for (auto const& field : event.fields) (field.first == "remedy" ? remedy : line) += text_field(field);
    return line + remedy;
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
