#include "tests/process/database_text.h"

#include "tests/process/installation.h"

namespace usaged::test {
namespace {

/// query() writes `1` for the percentage that the market writes as `1.0`.
std::string shown(Column const& column, std::string value)
{
    if (column.type == ColumnType::percent && value.ends_with(".0")) value.resize(value.size() - 2);
    return value;
}

} // namespace

std::string column_list(Dataset const& dataset)
{
    std::string list;
    for (auto const& column : dataset.columns) list.append(list.empty() ? "" : ", ").append(column.name);
    return list;
}

std::vector<std::string> shown_rows(Dataset const& dataset, std::vector<StoredRow> const& rows)
{
    std::vector<std::string> lines;
    for (auto const& row : rows) {
        std::string line;
        for (auto const& column : dataset.columns)
            line += (&column == dataset.columns.data() ? "" : "|") + shown(column, row.at(std::string{column.name}));
        lines.push_back(std::move(line));
    }
    return lines;
}

std::vector<std::string> database_rows(std::filesystem::path const& database, std::string const& table,
                                       Dataset const& dataset, std::string const& order)
{
    return query(database, "SELECT " + column_list(dataset) + " FROM " + table + " ORDER BY " + order);
}

std::map<std::string, std::vector<std::string>> dataset_tables(std::filesystem::path const& database)
{
    std::map<std::string, std::vector<std::string>> tables;
    for (auto const& dataset : datasets()) {
        auto const name = std::string{dataset.name};
        for (auto const& table : query(database, "SELECT name FROM sqlite_schema WHERE type = 'table' AND (name = '" +
                                                     name + "' OR name GLOB '" + name + "_*')"))
            tables[table] = query(database, "SELECT * FROM " + table);
    }
    return tables;
}

} // namespace usaged::test
