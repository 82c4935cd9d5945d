#include "daemon/command/json_writer.h"

#include "daemon/fault/text.h"

#include <ostream>

namespace usaged {

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
