#include "tests/process/history_rows.h"

#include <array>
#include <charconv>

namespace usaged::test {

std::string shortest_number(double value)
{
    std::array<char, 64> text{};
    return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

std::vector<std::string> history_rows(Simulator const& simulator, std::size_t step)
{
    std::vector<std::string> rows;
    for (auto const& row : simulator.series().history(step))
        rows.push_back(stored_date_time(row.processed_date) + '|' + row.service_name + '|' + row.workload_name + '|' +
                       row.channel + '|' + shortest_number(row.prorated_licenses_usage_percent));
    return rows;
}

} // namespace usaged::test
