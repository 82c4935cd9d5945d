#include "daemon/command/poll_report.h"

#include "daemon/command/command.h"
#include "daemon/command/counted.h"

#include <algorithm>
#include <iterator>

namespace usaged {

std::vector<Dataset const*> chosen_datasets(Config const& config, std::vector<std::string> const& names,
                                            std::string_view purpose)
{
    std::vector<Dataset const*> out;
    for (auto const& each : config.datasets)
        if (names.empty() || std::ranges::find(names, each.dataset->name) != names.end()) out.push_back(each.dataset);
    for (auto const& name : names)
        if (std::ranges::find(out, name, &Dataset::name) == out.end())
            throw UsageError{"the dataset " + printable(name) +
                             " is not configured; the configuration names the datasets to " + std::string{purpose} +
                             " under `datasets`"};
    return out;
}

std::string poll_report(PollResult const& result)
{
    auto const& saved = result.saved;
    return std::string{to_string(saved.outcome)} + ", " + counted(result.snapshot.rows, "row") + ": " +
           std::to_string(saved.inserted) + " inserted, " + std::to_string(saved.changed) + " changed, " +
           std::to_string(saved.unchanged) + " unchanged" + customers_left_out(result.snapshot);
}

std::string customers_left_out(Snapshot const& snapshot)
{
    if (snapshot.skipped.empty()) return {};
    return ", " + counted(std::ssize(snapshot.skipped), "customer") + " left out";
}

std::string data_dates(Snapshot const& snapshot)
{
    if (snapshot.data_to.empty()) return {};
    if (snapshot.data_from == snapshot.data_to) return ", data of " + snapshot.data_to;
    return ", data of " + snapshot.data_from + " to " + snapshot.data_to;
}

} // namespace usaged
