#pragma once

#include "storage/snapshot_store.h"
#include "storage/statements.h"

#include <optional>
#include <string_view>

namespace usaged {

/// The tables poll, http_call and token_event. Throws SQLite::Exception, and Error with ErrorCategory::storage for a
/// poll that is not in hand.
class PollLog {
public:
    explicit PollLog(Statements& statements) : statements_{statements} {}

    PollId begin(Dataset const& dataset, Trigger trigger, Timestamp started_at);
    void record(std::optional<PollId> poll, HttpCall const& call);
    void record(TokenEvent const& event);

    void end(PollId poll, SaveOutcome const& outcome, Snapshot const& snapshot, Timestamp finished_at);

    /// Ends it as failed. `category` is that of an Error, or `stopped`.
    void end(PollId poll, std::string_view category, std::string_view message,
             std::optional<std::chrono::seconds> retry_after, Timestamp finished_at);

    /// Ends polls that an earlier process left in hand, as of their last request.
    void end_interrupted();

    /// The newest poll whose pages are in the dataset's table, whatever its trigger.
    std::optional<PollId> newest_applied(Dataset const& dataset);
    bool is_replay(PollId poll);

    // See SnapshotStore.
    std::optional<AppliedSnapshot> last_applied(Dataset const& dataset);
    PollHistory history(Dataset const& dataset);

    void drop_calls(Timestamp before);

private:
    /// The last of the requests of a poll, those for tokens included.
    std::optional<AskedWait> last_wait(std::int64_t poll);

    Statements& statements_;
};

} // namespace usaged
