#pragma once

#include "daemon/dataset/dataset.h"

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// Adds an item, put together from its pieces, to a list of SQL.
void add_item(std::string& list, std::initializer_list<std::string_view> pieces);

/// The name of a part in tables: `customer`.
std::string_view part_name(Part part);

/// The parts that a row of a compact dataset refers to beside its day, in the order of the table's key.
std::vector<Part> parts_of_rows(Dataset const& dataset);

/// The positions in Dataset::columns of the columns that belong to `part`.
std::vector<std::size_t> columns_of(Dataset const& dataset, Part part);

} // namespace usaged
