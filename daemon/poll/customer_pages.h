#pragma once

#include "daemon/dataset/customer_page.h"
#include "daemon/dataset/progress.h"
#include "daemon/poll/api_client.h"
#include "daemon/poll/snapshot_builder.h"

#include <optional>
#include <string>

namespace usaged {

/// The path of the rows of one customer.
std::string customer_path(Dataset const& dataset, std::string const& id);

/// Reads the pages of a dataset of Collection::customers: the list of customers, then each customer's.
class CustomerPages {
public:
    /// Borrows the references.
    CustomerPages(ApiClient& api, SnapshotBuilder& snapshot, FetchSettings const& settings, Dataset const& dataset,
                  ProgressObserver const& progress);

    /// All pages of all customers. Leaves out those that the server refuses for good, unless it refuses all of them.
    /// Throws Error.
    boost::asio::awaitable<void> read();

private:
    boost::asio::awaitable<std::optional<Error>> read_customer(Customer const& customer);
    boost::asio::awaitable<std::optional<Error>> read_as(std::string const& id, PageScope const& scope);

    ApiClient& api_;
    SnapshotBuilder& snapshot_;
    FetchSettings const& settings_;
    Dataset const& dataset_;
    ProgressObserver const& progress_;
};

} // namespace usaged
