#pragma once

#include "daemon/log/log.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"
#include "storage/snapshot_store.h"

#include <string>

namespace usaged {

/// Tells the service at `url` by a GET that a poll went well; any status of 2xx is fine. Everything else is one warning
/// `heartbeat_failed`: it is not tried again and fails nothing. Whoever knows the path can do the same, so log, errors
/// and the record of the request name the host only. Cancellation ends it as HttpTransport::send.
boost::asio::awaitable<void> send_heartbeat(std::string const& url, std::string const& user_agent,
                                            HttpTransport& transport, SnapshotStore& store, Clock const& clock,
                                            Log& log, PollId poll);

} // namespace usaged
