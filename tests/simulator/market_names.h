#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

namespace usaged::test {

/// A number that looks random but is the same for the same numbers.
std::uint64_t mixed(std::initializer_list<std::uint64_t> numbers);

struct Workload {
    std::string_view code;
    std::string_view name;
};

// Products by their number, from 0.

/// `crm` for every fourth product, else `o365`.
std::string_view product_service(std::size_t product);
std::string product_id(std::size_t product); ///< GUID in lower case
/// On the day of that number since the market began: some change their names.
std::string product_name(std::size_t product, std::int64_t day);
std::span<Workload const> product_workloads(std::size_t product);

// Customers by their number, from 0.

std::string customer_id(std::uint64_t seed, std::size_t customer); ///< GUID in lower case
std::string customer_name(std::uint64_t seed, std::size_t customer, std::int64_t day);
bool customer_is_there(std::uint64_t seed, std::size_t customer, std::int64_t day);

} // namespace usaged::test
