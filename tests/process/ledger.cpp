#include "tests/process/ledger.h"

#include <algorithm>
#include <set>
#include <utility>

namespace usaged::test {

void Ledger::take(std::vector<StoredRow> const& answer, std::string const& at)
{
    std::map<Key, StoredRow> replaced;
    for (auto const& row : answer) {
        auto const [place, is_new] = rows_.try_emplace(key(row), Held{row, at});
        if (!is_new && place->second.row != row) replaced[place->first] = std::exchange(place->second.row, row);
    }
    for (auto& [key, row] : replaced) replaced_.push_back({std::move(row), at});
}

Ledger::Key Ledger::key(StoredRow const& row, std::size_t from) const
{
    Key key;
    for (auto const& column : dataset_->columns.subspan(from))
        if (column.key) key.push_back(row.at(std::string{column.name}));
    return key;
}

std::string Ledger::service_column() const
{
    return dataset_->collection == Collection::commercial ? "service_code" : "service_name";
}

std::map<std::string, std::vector<std::string>> Ledger::dates() const
{
    std::map<std::string, std::set<std::string>> found;
    for (auto const& [key, held] : rows_)
        found[held.row.at(service_column())].insert(held.row.at("processed_date_time"));
    std::map<std::string, std::vector<std::string>> dates;
    for (auto const& [service, of_service] : found) dates[service].assign(of_service.begin(), of_service.end());
    return dates;
}

std::map<std::string, std::string> Ledger::newest() const
{
    std::map<std::string, std::string> newest;
    for (auto const& [service, of_service] : dates()) newest[service] = of_service.back();
    return newest;
}

std::vector<StoredRow> Ledger::newest_rows() const
{
    auto const dates = newest();
    std::vector<StoredRow> rows;
    for (auto const& [key, held] : rows_)
        if (dates.at(held.row.at(service_column())) == held.row.at("processed_date_time")) rows.push_back(held.row);
    return rows;
}

std::vector<StoredRow> Ledger::latest() const
{
    std::map<Key, StoredRow> newest; // the map of rows begins with the date, so later ones come later
    for (auto const& [date_and_series, held] : rows_) newest[key(held.row, 1)] = held.row;
    std::vector<StoredRow> rows;
    for (auto& [series, row] : newest) rows.push_back(std::move(row));
    return rows;
}

} // namespace usaged::test
