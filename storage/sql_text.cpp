#include "storage/sql_text.h"

namespace usaged {

void add_item(std::string& list, std::initializer_list<std::string_view> pieces)
{
    if (!list.empty()) list += ", ";
    for (auto const piece : pieces) list += piece;
}

std::string_view part_name(Part part)
{
    switch (part) {
    case Part::row:
        return "row";
    case Part::day:
        return "day";
    case Part::service:
        return "service";
    case Part::customer:
        return "customer";
    case Part::product:
        return "product";
    case Part::workload:
        return "workload";
    }
    return {};
}

std::vector<Part> parts_of_rows(Dataset const& dataset)
{
    std::vector<Part> parts;
    for (auto const part : {Part::customer, Part::product, Part::workload})
        if (!columns_of(dataset, part).empty()) parts.push_back(part);
    return parts;
}

std::vector<std::size_t> columns_of(Dataset const& dataset, Part part)
{
    std::vector<std::size_t> positions;
    for (std::size_t i = 0; i < dataset.columns.size(); ++i)
        if (dataset.columns[i].part == part) positions.push_back(i);
    return positions;
}

} // namespace usaged
