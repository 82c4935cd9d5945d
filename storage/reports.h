#pragma once

#include "storage/snapshot_store.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace usaged {

/// One row of poll, as it is shown.
struct PollReport {
    std::int64_t id = 0;
    std::string trigger;
    std::optional<Timestamp> started_at;
    std::optional<Timestamp> finished_at;
    std::string outcome;  ///< empty while the poll is in hand
    std::string degraded; ///< empty if it is not
    std::string error_category;
    std::string error_message;
    std::string error_remedy;   ///< what to do; empty if nothing is known, or the poll was recorded by an older version
    std::string request_id;     ///< of the request that failed: MS-RequestId, or the trace id of Entra ID
    std::string correlation_id; ///< of the same; both empty where error_remedy is, or if no request failed
    std::int64_t rows_received = 0;
};

/// How a dataset stands. Backfill and replay are not counted among its polls.
struct DatasetReport {
    std::string dataset;
    std::optional<PollReport> last_poll;
    std::optional<PollReport> last_success; ///< ended ok, unchanged or empty
    std::optional<PollReport> last_error;   ///< ended failed, stops left out; may be older than last_success
    std::optional<Timestamp> failing_since; ///< end of the first of history.failures
    std::vector<SkippedCustomer> skipped;   ///< that last_success has no rows of
    std::int64_t rows = 0;                  ///< that polls, backfill and replay have inserted
    std::string data_to;                    ///< the newest processing date that there are rows of; empty without rows
    PollHistory history;                    ///< what the schedule goes by
};

/// The size of a database and its write-ahead log, in bytes; 0 while there is none.
std::uintmax_t database_bytes(std::filesystem::path const& database);

/// What `status` and `migrate --status` read. Works with usaged running, stopped or killed, and never writes.
/// Every function throws Error with ErrorCategory::storage.
class Reports {
public:
    explicit Reports(std::filesystem::path const& database);
    ~Reports();

    /// 0 rows and no polls for a dataset whose table the database does not have yet.
    DatasetReport dataset(Dataset const& dataset);

    /// The dataset that a poll is of; nothing if there is no such poll.
    std::optional<std::string> dataset_of(std::int64_t poll);

    /// The newest event of that name (see TokenEvent).
    std::optional<TokenEvent> last_token_event(std::string const& event);

    /// The number of the last migration that was applied.
    int schema_version();

    /// The size of the database and its write-ahead log, in bytes.
    std::uintmax_t bytes() const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
