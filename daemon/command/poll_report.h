#pragma once

#include "config/config.h"
#include "daemon/poll/dataset_poll.h"

#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// The datasets of these names, in the order of the configuration; without any name all of them. Throws UsageError for
/// one that is not configured. `purpose` goes on after "the datasets to".
std::vector<Dataset const*> chosen_datasets(Config const& config, std::vector<std::string> const& names,
                                            std::string_view purpose);

/// What a poll came to, for people: `ok, 5 rows: 5 inserted, 0 changed, 0 unchanged`, and the customers it left out.
std::string poll_report(PollResult const& result);

/// `, 2 customers left out`; empty if there is none.
std::string customers_left_out(Snapshot const& snapshot);

/// `, data of DATE` or `, data of DATE to DATE`; empty if there is none.
std::string data_dates(Snapshot const& snapshot);

} // namespace usaged
