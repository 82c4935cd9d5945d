#pragma once

#include "storage/snapshot_store.h"
#include "storage/statements.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// Why a poll failed.
struct PollFailure {
    std::string_view category; ///< that of an Error, or `stopped`
    std::string message;
    std::string remedy;     ///< empty if there is nothing to do
    std::string request_id; ///< MS-RequestId or the trace id of Entra ID; empty if it came of no request
    std::string correlation_id;
    std::optional<std::chrono::seconds> retry_after; ///< what the server asked for
};

/// The tables poll, http_call, token_event, schema_event and skipped_customer. Throws SQLite::Exception, and Error with
/// ErrorCategory::storage for a poll that is not in hand.
class PollLog {
public:
    explicit PollLog(Statements& statements) : statements_{statements} {}

    PollId begin(Dataset const& dataset, Trigger trigger, Timestamp started_at);
    void record(std::optional<PollId> poll, HttpCall const& call);
    void record(TokenEvent const& event);

    void end(PollId poll, SaveOutcome const& outcome, Snapshot const& snapshot, Timestamp finished_at);

    /// Ends it as failed.
    void end(PollId poll, PollFailure const& failure, Timestamp finished_at);

    /// Ends polls that an earlier process left in hand, as of their last request.
    void end_interrupted();

    /// Records the unknown fields of the poll's snapshot; those that no earlier poll of the dataset had.
    std::vector<std::string> record_new_fields(PollId poll, Dataset const& dataset, Snapshot const& snapshot,
                                               Timestamp at);

    void record_skipped(PollId poll, std::vector<SkippedCustomer> const& skipped);

    /// The newest poll whose pages are in the dataset's table. A replay only puts those of other polls in again.
    std::optional<PollId> newest_applied(Dataset const& dataset);

    // See SnapshotStore.
    std::optional<AppliedSnapshot> last_good(Dataset const& dataset);
    PollHistory history(Dataset const& dataset);

    void drop_calls(Timestamp before);

    /// Those of polls started before, save the newest poll of each dataset that did not fail, which ingest_health
    /// shows.
    void drop_skipped(Timestamp before);

private:
    /// The last of the requests of a poll, those for tokens included.
    std::optional<AskedWait> last_wait(std::int64_t poll);

    Statements& statements_;
};

} // namespace usaged
