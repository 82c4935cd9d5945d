#pragma once

#include "tests/simulator/simulator.h"

#include <cstddef>
#include <string>
#include <vector>

namespace usaged::test {

/// As short as it reads back identical.
std::string shortest_number(double value);

/// `simulator.series().history(step)`: date, service, workload, channel and value of each row, joined with `|`.
std::vector<std::string> history_rows(Simulator const& simulator, std::size_t step);

} // namespace usaged::test
