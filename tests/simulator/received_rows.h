#pragma once

#include "tests/simulator/market.h"

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// The rows in a body of the API, by the names of the columns that they belong in and with the values as they are
/// stored; `attributes` are left out.
std::vector<StoredRow> received_rows(std::string_view body);

/// The names of the members of the first row in a body, in their order.
std::vector<std::string> members_of_first_row(std::string_view body);

/// The text or number of a member around the rows, empty if it is null or not there.
std::string envelope_member(std::string_view body, std::string_view name);

} // namespace usaged::test
