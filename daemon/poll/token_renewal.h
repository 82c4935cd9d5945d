#pragma once

#include "daemon/auth/token_source.h"
#include "daemon/log/log.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"
#include "storage/snapshot_store.h"

#include <functional>
#include <memory>

namespace usaged {

/// Stores a refresh token that could not be stored before. Redeems it if nothing has for a week, so that it does not
/// lapse however rarely polls are due. The
/// request is recorded without a poll. Throws as TokenSource::renew.
boost::asio::awaitable<void> renew_refresh_token(TokenSource& tokens, SnapshotStore& store, Clock const& clock,
                                                 Log& log,
                                                 std::function<std::unique_ptr<HttpTransport>()> make_transport);

} // namespace usaged
