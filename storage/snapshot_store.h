#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/decode.h"
#include "daemon/dataset/snapshot.h"
#include "daemon/dataset/timestamp.h"
#include "daemon/fault/error.h"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// poll.id
enum class PollId : std::int64_t {};

/// Why a poll was made.
enum class Trigger { schedule, startup, manual, backfill, replay };
std::string_view to_string(Trigger trigger);

/// How a poll ended. A poll that is not finished has none.
enum class Outcome { ok, unchanged, empty, failed };
std::string_view to_string(Outcome outcome);

/// What one save did to the dataset's table.
struct SaveOutcome {
    Outcome outcome = Outcome::unchanged;
    std::int64_t inserted = 0;
    std::int64_t changed = 0;            ///< what they replaced is in <dataset>_revision
    std::int64_t unchanged = 0;          ///< nothing was written for these
    std::vector<std::string> new_fields; ///< of Snapshot::unknown_fields those that no earlier poll of the dataset had
};

/// One row of http_call. No credential is ever part of it.
struct HttpCall {
    int attempt = 1;
    std::string method;
    std::string url;
    std::optional<int> status; ///< nothing if no answer came
    CallIds ids;
    std::string ms_cv;
    std::string server_id;
    std::optional<std::chrono::seconds> retry_after;
    std::int64_t bytes = 0; ///< of the answer's body
    Timestamp started_at;
    std::chrono::milliseconds duration{0};
    std::string error; ///< empty if a complete answer came
};

/// One row of token_event. Never a token.
struct TokenEvent {
    std::string event;  ///< `obtained`, `rotated`, `refused`, `store_failed`
    std::string detail; ///< why, in words
    Timestamp at;
};

/// A wait that a server asked for with Retry-After.
struct AskedWait {
    Timestamp at; ///< when its answer came
    std::chrono::seconds wait{0};
};

/// What the schedule of a dataset needs to know about its polls; backfill and replay are not counted among them.
struct PollHistory {
    std::optional<Timestamp> last_success;           ///< start of the newest poll that ended ok, unchanged or empty
    std::optional<Timestamp> last_failure;           ///< end of the newest poll, if it failed
    int failures = 0;                                ///< polls in a row that failed since the last success
    std::optional<std::chrono::seconds> retry_after; ///< what the server asked for in the last of these
    bool stopped = false;              ///< the newest poll was cut short by a stop of usaged, not by a fault
    bool interrupted = false;          ///< the newest poll never ended: usaged was killed in the middle of it
    std::optional<AskedWait> cut_wait; ///< the last of the newest poll, if that was stopped or interrupted
};

/// What the guards compare a snapshot with.
struct AppliedSnapshot {
    Timestamp started_at;
    std::int64_t rows = 0;
    std::string data_to;
    std::optional<Timestamp> degraded_since; ///< start of the first degraded one that was applied after it
};

/// Where snapshots end up. Used from one thread; calls block, each store bounds how long.
/// Every function throws Error with ErrorCategory::storage.
class SnapshotStore {
public:
    virtual ~SnapshotStore() = default;

    /// Opens a poll. Until it is saved or failed it counts as interrupted.
    virtual PollId begin_poll(Dataset const& dataset, Trigger trigger, Timestamp started_at) = 0;

    /// Records a request. Not synced to stable storage by itself; the end of the poll does that.
    virtual void record_call(std::optional<PollId> poll, HttpCall const& call) = 0;

    virtual void record_token_event(TokenEvent const& event) = 0;

    /// Archives a page of the poll as it arrived, numbered from 0, once for identical bodies. Synced with the end of
    /// the poll.
    virtual SnapshotPage archive_page(PollId poll, std::size_t number, std::string const& body, PageScope const& scope,
                                      Timestamp at) = 0;

    /// The body of an archived page, with the spare capacity that the decoder likes.
    virtual std::string read_page(SnapshotPage const& page) = 0;

    /// The newest poll of the dataset that ended ok or unchanged and is not degraded, backfill and replay left out;
    /// nothing if there is none.
    virtual std::optional<AppliedSnapshot> last_good(Dataset const& dataset) = 0;

    /// Stores every row of `snapshot` and ends its poll in one transaction, or does neither. On return both are on
    /// stable storage. Rows are matched on the dataset's key, so saving a snapshot twice is saving it once; a snapshot
    /// whose pages are byte for byte those of the last applied one is not even decoded. Unknown fields that are new are
    /// recorded in schema_event, customers that were left out in skipped_customer.
    virtual SaveOutcome save(PollId poll, Dataset const& dataset, DecodeRules const& rules, Snapshot const& snapshot,
                             Timestamp finished_at) = 0;

    /// Ends the poll as failed. On return that is on stable storage.
    virtual void fail_poll(PollId poll, Error const& error, Timestamp finished_at) = 0;

    /// Ends the poll as cut short by a stop of usaged.
    virtual void stop_poll(PollId poll, Timestamp finished_at) = 0;

    virtual PollHistory history(Dataset const& dataset) = 0;

    /// Drops archived pages that no poll since `pages_before` read, calls started before `calls_before`, and the
    /// skipped customers of polls started before that, save those of each dataset's newest success.
    virtual void drop_expired(Timestamp pages_before, Timestamp calls_before) = 0;

protected:
    SnapshotStore() = default;
};

} // namespace usaged
