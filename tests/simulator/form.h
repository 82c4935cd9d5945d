#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace usaged::test {

using FormFields = std::map<std::string, std::string>;

/// The fields of an `application/x-www-form-urlencoded` body or of a query, decoded. Nothing if a field is there twice,
/// has no `=`, or is not properly percent-encoded.
std::optional<FormFields> parse_form(std::string_view body);

/// The same for a query in which a comma may stand for itself.
std::optional<FormFields> parse_query(std::string_view query);

/// A decimal number and nothing else.
std::optional<std::size_t> parse_number(std::string_view text);

/// The value of that field, empty if it is not there.
std::string field_of(FormFields const& fields, std::string const& name);

/// With everything but letters and digits encoded.
std::string percent_encoded(std::string_view text);

/// The fields as a body or a query.
std::string to_form(FormFields const& fields);

} // namespace usaged::test
