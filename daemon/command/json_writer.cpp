#include "daemon/command/json_writer.h"

#include <ostream>

namespace usaged {

std::string json_string(std::string_view text)
{
    static constexpr std::string_view hex_digits = "0123456789abcdef";
    std::string out = "\"";
    for (char const c : text) {
        auto const byte = static_cast<unsigned char>(c);
        if (byte < 0x20) {
            out += "\\u00";
            out += hex_digits[byte >> 4U];
            out += hex_digits[byte & 0xFU];
        } else {
            if (c == '"' || c == '\\') out += '\\';
            out += c;
        }
    }
    return out + '"';
}

void JsonWriter::begin_object(std::string_view name)
{
    lead(name);
    out_ << '{';
    first_ = true;
}

void JsonWriter::end_object()
{
    out_ << '}';
    first_ = false;
}

void JsonWriter::begin_array(std::string_view name)
{
    lead(name);
    out_ << '[';
    first_ = true;
}

void JsonWriter::end_array()
{
    out_ << ']';
    first_ = false;
}

void JsonWriter::text(std::string_view name, std::string_view value)
{
    lead(name);
    out_ << json_string(value);
}

void JsonWriter::text_or_null(std::string_view name, std::string_view value)
{
    if (value.empty())
        null(name);
    else
        text(name, value);
}

void JsonWriter::number(std::string_view name, std::int64_t value)
{
    lead(name);
    out_ << value;
}

void JsonWriter::null(std::string_view name)
{
    lead(name);
    out_ << "null";
}

void JsonWriter::lead(std::string_view name)
{
    if (!first_) out_ << ',';
    first_ = false;
    if (!name.empty()) out_ << json_string(name) << ':';
}

} // namespace usaged
