#pragma once

#include "daemon/log/log.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"
#include "storage/snapshot_store.h"

#include <optional>

namespace usaged {

/// Sends through another transport and records every request in the store, as part of one poll if there is one.
/// A record that fails is one warning and changes nothing about the answer or the error of the request.
class RecordedTransport : public HttpTransport {
public:
    /// Borrows the references.
    RecordedTransport(HttpTransport& transport, SnapshotStore& store, Clock const& clock, Log& log,
                      std::optional<PollId> poll);

    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override;

private:
    void record(HttpCall const& call);

    HttpTransport& transport_;
    SnapshotStore& store_;
    Clock const& clock_;
    Log& log_;
    std::optional<PollId> poll_;
    bool warned_ = false;
};

} // namespace usaged
