#pragma once

#include "daemon/dataset/dataset.h"
#include "tests/simulator/market.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace usaged::test {

/// The columns of the dataset, as SQL has them in a list.
std::string column_list(Dataset const& dataset);

/// The same columns of rows of a market, as query() gives them.
std::vector<std::string> shown_rows(Dataset const& dataset, std::vector<StoredRow> const& rows);

/// What the table or view of that name has: `suffix` is empty, `_revision`, or of a view with the columns of the
/// dataset. `order` is an SQL list.
std::vector<std::string> database_rows(std::filesystem::path const& database, std::string const& table,
                                       Dataset const& dataset, std::string const& order);

/// Every row of every table that holds data of datasets, in the order in which the table has them; by table.
std::map<std::string, std::vector<std::string>> dataset_tables(std::filesystem::path const& database);

} // namespace usaged::test
