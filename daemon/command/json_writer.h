#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

namespace usaged {

/// Writes one JSON document, member by member. Names are left out within an array.
class JsonWriter {
public:
    explicit JsonWriter(std::ostream& out) : out_{out} {}

    void begin_object(std::string_view name = {});
    void end_object();
    void begin_array(std::string_view name = {});
    void end_array();
    void text(std::string_view name, std::string_view value);
    /// null for an empty text.
    void text_or_null(std::string_view name, std::string_view value);
    void number(std::string_view name, std::int64_t value);
    void null(std::string_view name);

private:
    void lead(std::string_view name);

    std::ostream& out_;
    bool first_ = true;
};

} // namespace usaged
