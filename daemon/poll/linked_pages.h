#pragma once

#include "daemon/poll/api_client.h"
#include "daemon/poll/snapshot_builder.h"

#include <string>

namespace usaged {

/// Reads what is at `path`, below `base_url`, and all pages that the server links from there, into the snapshot.
/// Borrows the references until it ends. Throws Error.
boost::asio::awaitable<void> read_linked_pages(ApiClient& api, SnapshotBuilder& snapshot, Dataset const& dataset,
                                               std::string const& base_url, std::string const& path,
                                               PageScope const& scope);

} // namespace usaged
