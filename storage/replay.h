#pragma once

#include "daemon/dataset/progress.h"
#include "storage/snapshot_store.h"

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

namespace usaged {

/// What a replay did.
struct ReplayOutcome {
    PollId poll{};          ///< that records it
    PollId from{};          ///< the oldest poll that was applied again
    std::int64_t polls = 0; ///< applied again; unchanged ones would write nothing and are left out. 0: none has ever
                            ///< stored rows, and nothing was done
    std::int64_t pages = 0;
    std::int64_t rows = 0; ///< decoded
    bool repaired = false; ///< whether the tables held something else before
    /// What polls have stored, by their own account, and is not there even now: lost, with no answers to rebuild it.
    std::int64_t missing_rows = 0;
    std::int64_t missing_revisions = 0;
};

/// Rebuilds the rows of datasets from the archived pages of their polls. The caller holds an InstanceLock.
class Replay {
public:
    using Now = std::function<Timestamp()>;

    /// Throws as SqliteStore does.
    Replay(std::filesystem::path const& database, Now now);
    ~Replay();

    /// Takes the dataset back to before the poll `from`, and applies the pages of that poll and of all later ones
    /// again, in order, each under the number of its poll: afterwards rows, revisions and views are those of the
    /// original ingestion, byte for byte. Without `from`: from the oldest poll on whose pages and those of all later
    /// ones are archived. Recorded as a poll with Trigger::replay: `ok` if the tables held something else before, else
    /// `unchanged`. All in one transaction, synced to stable storage. What is missing of earlier polls stays so.
    ///
    /// Throws Error with ErrorCategory::storage if there are no such polls, if pages of one are no longer archived or
    /// are damaged, and with ErrorCategory::data for a page that this usaged cannot decode, which is named by its poll
    /// and its number from 1; then nothing is changed.
    /// Progress is in pages.
    ReplayOutcome run(Dataset const& dataset, std::optional<PollId> from, ProgressObserver const& progress);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
