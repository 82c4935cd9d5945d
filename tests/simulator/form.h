#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace usaged::test {

/// The fields of an `application/x-www-form-urlencoded` body, decoded. Nothing if a field is there twice, has no `=`,
/// or is not properly percent-encoded.
std::optional<std::map<std::string, std::string>> parse_form(std::string_view body);

} // namespace usaged::test
