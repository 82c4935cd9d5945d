#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// The id of customer `number`, 1 to 9.
std::string customer_id(int number);

/// The customer of that number, called `Customer N`, as the customer list has it. The tenant's id is its own, unless
/// there is another.
std::string customer(int number, std::string_view tenant_id = {});

/// A page of the customer list, with further members of the envelope.
std::string customer_page(std::vector<std::string> const& customers, std::string_view members = {});

} // namespace usaged::test
