#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// The fields of an item, as JSON.
using Item = std::map<std::string, std::string>;

/// A good one for that workload.
Item item(std::string_view workload = "Exchange");
/// The same with another value of one field; without it if that is empty.
Item item_with(std::string const& field, std::string const& json);

std::string to_json(Item const& item);
std::string to_json(std::vector<Item> const& items); ///< with the brackets

/// An answer with these items and their count.
std::string body_of(std::vector<Item> const& items);
std::string body_of(std::string const& items, std::string const& count);

} // namespace usaged::test
