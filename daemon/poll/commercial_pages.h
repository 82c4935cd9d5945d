#pragma once

#include "daemon/dataset/progress.h"
#include "daemon/poll/api_client.h"
#include "daemon/poll/dataset_query.h"
#include "daemon/poll/date_question.h"
#include "daemon/poll/snapshot_builder.h"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// Of a dataset, by its name, that one of Dataset::paths at which the server answered last. The docs print two forms.
using KnownPaths = std::map<std::string_view, std::string>;

/// Reads the pages of a dataset of Collection::commercial: by the links that the server sends, or by `skip`.
/// (Partner Center docs: get-licenses-usage-information, get-licenses-deployment-information)
class CommercialPages {
public:
    /// Borrows the references. `known_paths` grows.
    CommercialPages(ApiClient& api, SnapshotBuilder& snapshot, FetchSettings const& settings, Dataset const& dataset,
                    DatasetQuery const& query, KnownPaths& known_paths, ProgressObserver const& progress);

    /// All pages: of the processing date `date`, or of the newest ones. Throws Error.
    boost::asio::awaitable<void> read(std::optional<std::chrono::sys_days> date);

private:
    /// Services by their newest processing date, in the stored form.
    using ServicesByDate = std::map<std::string, std::vector<std::string>>;

    boost::asio::awaitable<ServicesByDate> learn_dates(std::string const& date);
    boost::asio::awaitable<std::optional<DatedService>> ask_for_row(std::string const& filter, std::string const& date);
    boost::asio::awaitable<void> read_pages(std::string const& filter, std::string const& date, PageScope const& scope);
    boost::asio::awaitable<HttpResponse> ask(std::string const& parameters);
    std::vector<std::string> path_forms() const;
    void report(PageSummary const& page, std::int64_t before) const;

    ApiClient& api_;
    SnapshotBuilder& snapshot_;
    FetchSettings const& settings_;
    Dataset const& dataset_;
    DatasetQuery const& query_;
    KnownPaths& known_paths_;
    ProgressObserver const& progress_;
    std::string url_; ///< at which the server has answered, without a query; empty until then
};

} // namespace usaged
