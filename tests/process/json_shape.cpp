#include "tests/process/json_shape.h"

#include <simdjson.h>

#include <algorithm>
#include <array>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace usaged::test {
namespace {

using simdjson::dom::element;
using simdjson::dom::element_type;

std::optional<element> member(element const& object, std::string_view name)
{
    element found;
    if (object[name].get(found) != simdjson::SUCCESS) return std::nullopt;
    return found;
}

class Shape {
public:
    explicit Shape(element root) : root_{root} {}

    void check(element const& schema, element const& value, std::string const& place)
    {
        require_known_keywords(schema);
        if (auto const ref = member(schema, "$ref")) {
            check(root_.at_pointer(std::string_view{*ref}.substr(1)), value, place); // "#/definitions/…"
            return;
        }
        check_type(schema, value, place);
        check_enum(schema, value, place);
        if (value.is_object()) check_object(schema, value, place);
        if (auto const items = member(schema, "items"); items && value.is_array())
            for (auto const each : value.get_array()) check(*items, each, place + "[]");
        if (auto const choices = member(schema, "oneOf")) check_choices(*choices, value, place);
    }

    std::vector<std::string> found;

private:
    static void require_known_keywords(element const& schema)
    {
        static constexpr std::array<std::string_view, 12> known{
            "$schema", "$ref",       "title",    "description",          "definitions", "type",
            "enum",    "properties", "required", "additionalProperties", "items",       "oneOf"};
        for (auto const field : schema.get_object())
            if (std::ranges::find(known, field.key) == known.end())
                throw std::runtime_error{"the schema uses " + std::string{field.key}};
    }

    static bool is_a(element const& value, std::string_view type)
    {
        switch (value.type()) {
        case element_type::OBJECT:
            return type == "object";
        case element_type::ARRAY:
            return type == "array";
        case element_type::STRING:
            return type == "string";
        case element_type::INT64:
        case element_type::UINT64:
            return type == "integer" || type == "number";
        case element_type::DOUBLE:
            return type == "number";
        case element_type::BOOL:
            return type == "boolean";
        case element_type::NULL_VALUE:
            break;
        }
        return type == "null";
    }

    void check_type(element const& schema, element const& value, std::string const& place)
    {
        auto const type = member(schema, "type");
        if (!type) return;
        bool fits = false;
        if (type->is_string())
            fits = is_a(value, std::string_view{*type});
        else
            for (auto const each : type->get_array()) fits = fits || is_a(value, std::string_view{each});
        if (!fits) found.push_back(place + " is of another type");
    }

    void check_enum(element const& schema, element const& value, std::string const& place)
    {
        auto const words = member(schema, "enum");
        if (!words) return;
        bool fits = false;
        for (auto const word : words->get_array()) fits = fits || simdjson::minify(word) == simdjson::minify(value);
        if (!fits) found.push_back(place + " is " + simdjson::minify(value));
    }

    void check_object(element const& schema, element const& value, std::string const& place)
    {
        if (auto const required = member(schema, "required"))
            for (std::string_view const name : required->get_array())
                if (!member(value, name)) found.push_back(place + " lacks " + std::string{name});
        auto const properties = member(schema, "properties");
        if (!properties) return;
        for (auto const field : value.get_object()) {
            auto const inner = place + "." + std::string{field.key};
            if (auto const property = member(*properties, field.key))
                check(*property, field.value, inner);
            else if (member(schema, "additionalProperties"))
                found.push_back(inner + " is not in the schema");
        }
    }

    void check_choices(element const& choices, element const& value, std::string const& place)
    {
        std::vector<std::string> closest;
        std::size_t fitting = 0;
        for (auto const choice : choices.get_array()) {
            Shape one{root_};
            one.check(choice, value, place);
            if (one.found.empty()) ++fitting;
            if (closest.empty() || one.found.size() < closest.size()) closest = one.found;
        }
        if (fitting != 1) found.insert(found.end(), closest.begin(), closest.end());
        if (fitting > 1) found.push_back(place + " fits more than one choice");
    }

    element root_;
};

} // namespace

std::vector<std::string> misfits(std::string const& schema, std::string const& document)
{
    simdjson::dom::parser schema_parser;
    simdjson::dom::parser parser;
    element const root = schema_parser.parse(schema);
    element const value = parser.parse(document);
    Shape shape{root};
    shape.check(root, value, "$");
    return shape.found;
}

} // namespace usaged::test
