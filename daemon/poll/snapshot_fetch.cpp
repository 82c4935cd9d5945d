#include "daemon/poll/snapshot_fetch.h"

#include "daemon/poll/customer_pages.h"
#include "daemon/poll/linked_pages.h"

#include <utility>

namespace usaged {

SnapshotFetch::SnapshotFetch(ApiClient& api, PageArchive& archive, Log& log, FetchSettings const& settings,
                             KnownPaths& known_paths, ProgressObserver progress)
    : api_{api}, archive_{archive}, log_{log}, settings_{settings}, known_paths_{known_paths}, progress_{
                                                                                                   std::move(progress)}
{
}

boost::asio::awaitable<Snapshot> SnapshotFetch::fetch(Dataset const& dataset, DatasetQuery const& query,
                                                      std::optional<std::chrono::sys_days> date)
{
    SnapshotBuilder snapshot{dataset, settings_.rules, archive_, log_, api_.answer_ids()};
    try {
        co_await read(dataset, query, date, snapshot);
    } catch (Error& error) {
        // Microsoft's support asks for the ids of the answer that is not what it should be.
        if (error.category() == ErrorCategory::data && error.ids().request_id.empty()) error.ids(api_.answer_ids());
        throw;
    }
    co_return co_await snapshot.finish();
}

boost::asio::awaitable<void> SnapshotFetch::read(Dataset const& dataset, DatasetQuery const& query,
                                                 std::optional<std::chrono::sys_days> date, SnapshotBuilder& snapshot)
{
    switch (dataset.collection) {
    case Collection::partner: {
        std::string const path{dataset.paths.front()};
        PageScope const scope;
        co_await read_linked_pages(api_, snapshot, dataset, settings_.base_url, path, scope);
        if (progress_) progress_({"rows", snapshot.items(), snapshot.items()});
        break;
    }
    case Collection::customers: {
        CustomerPages pages{api_, snapshot, settings_, dataset, progress_};
        co_await pages.read();
        break;
    }
    case Collection::commercial: {
        CommercialPages pages{api_, snapshot, settings_, dataset, query, known_paths_, progress_};
        co_await pages.read(date);
        break;
    }
    }
}

LogEvent unknown_field(Dataset const& dataset, std::string const& field)
{
    return LogEvent{LogLevel::warn, "unknown_field",
                    "the field " + field + " is new to this version; it is kept in the column extra"}
        .with("dataset", std::string{dataset.name});
}

} // namespace usaged
