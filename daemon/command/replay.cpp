#include "storage/replay.h"

#include "daemon/command/command.h"
#include "daemon/command/counted.h"
#include "daemon/command/failure.h"
#include "daemon/command/owner.h"
#include "daemon/command/progress_bar.h"
#include "storage/instance_lock.h"
#include "storage/reports.h"

#include <iostream>

namespace usaged {

namespace {

Timestamp system_time()
{
    return std::chrono::floor<Timestamp::duration>(std::chrono::system_clock::now());
}

/// The dataset of the poll, or all that are configured.
std::vector<Dataset const*> choose_datasets(Config const& config, std::optional<std::int64_t> poll)
{
    Reports reports{config.storage.sqlite_path}; // also says so if there is no database
    std::vector<Dataset const*> chosen;
    if (!poll) {
        for (auto const& each : config.datasets) chosen.push_back(each.dataset);
        return chosen;
    }
    auto const name = reports.dataset_of(*poll);
    if (!name) throw UsageError{"there is no poll " + std::to_string(*poll) + " in the database"};
    auto const* const dataset = find_dataset(*name);
    if (!dataset) throw UsageError{"poll " + std::to_string(*poll) + " is of a dataset that this usaged does not know"};
    return {dataset};
}

std::string summary(Dataset const& dataset, ReplayOutcome const& outcome)
{
    auto text = std::string{dataset.name} + ": ";
    if (outcome.polls == 0) return text + "nothing to replay, no poll has stored rows yet";
    text += counted(outcome.polls, "poll") + " replayed from poll " +
            std::to_string(static_cast<std::int64_t>(outcome.from)) + " on, " + counted(outcome.pages, "page") + ", " +
            counted(outcome.rows, "row");
    return text + (outcome.repaired ? ": the database differed and was put right" : ": the database is as it was");
}

void require_complete(Dataset const& dataset, ReplayOutcome const& outcome)
{
    std::string missing;
    if (outcome.missing_rows > 0) missing = counted(outcome.missing_rows, "row");
    if (outcome.missing_revisions > 0)
        missing += (missing.empty() ? "" : " and ") + counted(outcome.missing_revisions, "revision");
    if (missing.empty()) return;
    throw Error{ErrorCategory::storage,
                std::string{dataset.name} + ": " + missing + " that polls before " +
                    std::to_string(static_cast<std::int64_t>(outcome.from)) +
                    " stored are missing and cannot be rebuilt from the archive",
                "Restore them from a backup."};
}

} // namespace

int replay(GlobalOptions const& options, std::optional<std::int64_t> poll)
{
    auto const config = load_config_as_owner(options.config_file);
    auto const& database = config.storage.sqlite_path;
    auto const chosen = choose_datasets(config, poll);
    InstanceLock const lock{config.state_dir, database};
    Replay replay{database, system_time};
    ProgressBar bar{"replay"};
    int status = 0;
    for (auto const* const dataset : chosen) {
        bar.begin(std::string{dataset->name});
        try {
            auto const from = poll ? std::optional{PollId{*poll}} : std::nullopt;
            auto const outcome = replay.run(*dataset, from, bar.observer());
            bar.clear();
            std::cout << summary(*dataset, outcome) << std::endl;
            require_complete(*dataset, outcome);
        } catch (Error const& error) {
            bar.clear();
            auto const failure = report_failure(error);
            if (status == 0) status = failure;
        }
    }
    return status;
}

} // namespace usaged
