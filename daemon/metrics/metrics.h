#pragma once

#include "daemon/dataset/timestamp.h"
#include "daemon/fault/error.h"
#include "storage/snapshot_store.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// How a dataset stands at the moment of a scrape. Without a value: never yet.
struct DatasetGauges {
    std::string dataset;
    std::optional<Timestamp> last_success;
    std::optional<Timestamp> next_poll;
    std::optional<Timestamp> data; ///< the newest processing date
    bool degraded = false;         ///< the last poll that was stored
};

/// What is looked up when somebody scrapes.
struct Gauges {
    std::vector<DatasetGauges> datasets;
    std::optional<std::chrono::seconds>
        refresh_token_age;             ///< since it was issued or last used; nothing: none is stored
    std::uintmax_t database_bytes = 0; ///< with its write-ahead log
};

/// Counts what happens, for Prometheus. Names and labels are those of the manual (docs/monitoring.md). Counted from the
/// start of the process; nothing of a dataset's rows or of a credential is ever part of it.
class Metrics {
public:
    explicit Metrics(std::string const& version);
    ~Metrics();

    /// From now on all series of these datasets exist, with 0 where nothing happened yet: a counter that appears with
    /// its first event is one whose first event is not seen.
    void announce(std::vector<std::string> const& datasets);

    /// A poll whose snapshot is stored.
    void poll_stored(std::string const& dataset, SaveOutcome const& saved, Snapshot const& snapshot,
                     std::chrono::milliseconds duration);
    void poll_failed(std::string const& dataset, std::chrono::milliseconds duration);

    /// What was reported as an error.
    void error(ErrorCategory category);

    /// A request to `endpoint` (`token`, `usage` or `heartbeat`), and the status of its answer; nothing if none came.
    void http_request(std::string_view endpoint, std::optional<int> status, std::chrono::milliseconds duration);

    /// All of it in the text format of Prometheus, version 0.0.4, with what the kernel says about the process.
    /// (prometheus.io: instrumenting/exposition_formats)
    std::string text(Gauges const& gauges) const;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
