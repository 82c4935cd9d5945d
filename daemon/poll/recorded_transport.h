#pragma once

#include "daemon/net/http.h"
#include "daemon/poll/clock.h"
#include "storage/snapshot_store.h"

namespace usaged {

/// Sends through another transport and records every request in the store as part of one poll.
/// A record that fails changes nothing about the answer or the error of the request.
class RecordedTransport : public HttpTransport {
public:
    RecordedTransport(HttpTransport& transport, SnapshotStore& store, Clock const& clock, PollId poll);

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override;

private:
    HttpTransport& transport_;
    SnapshotStore& store_;
    Clock const& clock_;
    PollId poll_;
};

} // namespace usaged
