#pragma once

#include "config/config.h"
#include "config/section.h"

#include <string_view>
#include <vector>

namespace usaged {

/// The fields that rows of a dataset can be grouped by, by their documented spelling: all but the measures and the
/// processing date.
std::vector<std::string_view> groupable_fields(Dataset const& dataset);

/// Reads `datasets` of the file; without it, the default. `general` is the schedule of entries that have none.
std::vector<DatasetSettings> read_datasets(Section& root, bool loopback, ScheduleSettings const& general);

} // namespace usaged
