#include "tests/storage/random_rows.h"

#include <array>

namespace usaged::test {

namespace {

unsigned below(std::mt19937& random, unsigned limit)
{
    return static_cast<unsigned>(random()) % limit;
}

std::string name_of(Column const& column, std::mt19937& random)
{
    constexpr std::array names{"Contoso", "Fabrikam"};
    return below(random, 4) == 0 ? names[below(random, 2)] : std::string{column.name};
}

/// `number` has a bit for each key column.
Fields random_row(Dataset const& dataset, std::mt19937& random, unsigned number)
{
    Fields row;
    for (auto const& column : dataset.columns.subspan(1)) {
        if (column.key) {
            row[column.name] = std::string{column.name} + (number & 1u ? "1" : "2");
            number >>= 1u;
        } else if (column.type == ColumnType::percent || column.type == ColumnType::count) {
            row[column.name] = std::to_string(below(random, 3));
        } else if (!column.optional || below(random, 2) == 0) {
            row[column.name] = name_of(column, random);
        }
    }
    if (below(random, 20) == 0) row["tier"] = std::to_string(below(random, 2));
    return row;
}

} // namespace

std::vector<Fields> random_rows(Dataset const& dataset, std::mt19937& random, std::string const& date)
{
    unsigned combinations = 1;
    for (auto const& column : dataset.columns.subspan(1))
        if (column.key) combinations *= 2;
    std::vector<Fields> rows;
    for (unsigned number = 0; number < combinations; ++number) {
        if (below(random, 3) == 0) continue;
        rows.push_back(random_row(dataset, random, number));
        rows.back()["processed_date_time"] = date;
    }
    return rows;
}

} // namespace usaged::test
