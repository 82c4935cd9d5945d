#pragma once

#include "tests/simulator/market.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace usaged::test {

/// The text field of that name of a commercial row as it is sent; nothing for another name. Only rows of usage have
/// workloads.
std::optional<std::string> commercial_field(LicenceRow const& row, std::string_view name, bool has_workloads);

using RowPredicate = std::function<bool(LicenceRow const&)>;

/// `field eq 'value'`, with `ne`, `and`, `or` and parentheses; `and` binds closer. A quote in a value is doubled;
/// values are the same in any case of ASCII letters. Nothing for a text that does not read so, or names an unknown
/// field.
std::optional<RowPredicate> parse_filter(std::string_view text, bool has_workloads);

} // namespace usaged::test
