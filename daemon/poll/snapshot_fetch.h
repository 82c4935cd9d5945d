#pragma once

#include "daemon/dataset/progress.h"
#include "daemon/poll/api_client.h"
#include "daemon/poll/commercial_pages.h"
#include "daemon/poll/dataset_query.h"
#include "daemon/poll/page_archive.h"

#include <chrono>
#include <optional>

namespace usaged {

/// Reads all pages of one snapshot.
class SnapshotFetch {
public:
    /// Borrows the references. `known_paths` grows. `progress` is told of rows after each page, or of customers after
    /// each of them.
    SnapshotFetch(ApiClient& api, PageArchive& archive, Log& log, FetchSettings const& settings,
                  KnownPaths& known_paths, ProgressObserver progress);

    /// The snapshot, complete and without contradictions. `query` and `date`, a past processing date, are only for
    /// Collection::commercial. Throws Error.
    boost::asio::awaitable<Snapshot> fetch(Dataset const& dataset, DatasetQuery const& query,
                                           std::optional<std::chrono::sys_days> date);

private:
    boost::asio::awaitable<void> read(Dataset const& dataset, DatasetQuery const& query,
                                      std::optional<std::chrono::sys_days> date, SnapshotBuilder& snapshot);

    ApiClient& api_;
    PageArchive& archive_;
    Log& log_;
    FetchSettings const& settings_;
    KnownPaths& known_paths_;
    ProgressObserver progress_;
};

/// The warning about a field of Snapshot::unknown_fields.
LogEvent unknown_field(Dataset const& dataset, std::string const& field);

} // namespace usaged
