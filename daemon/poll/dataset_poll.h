#pragma once

#include "daemon/auth/token_source.h"
#include "daemon/poll/clock.h"
#include "daemon/poll/guards.h"
#include "daemon/poll/snapshot_fetch.h"
#include "storage/snapshot_store.h"

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace usaged {

/// What a poll needs to know.
struct PollSettings {
    FetchSettings fetch;
    GuardSettings guards;
    std::chrono::milliseconds keep_raw_payloads{std::chrono::hours{24 * 90}};
    std::chrono::milliseconds keep_call_log{std::chrono::hours{24 * 90}};
};

/// What a poll that stored its snapshot came to.
struct PollResult {
    PollId poll{};
    Snapshot snapshot;
    SaveOutcome saved;
    std::optional<Error> token_store_error; ///< the snapshot is stored, a rotated refresh token is not
};

/// One poll of a dataset, from begin to end: begin, fetch, judge, save.
class DatasetPoll {
public:
    /// A new transport for each poll, so that no connection outlives it.
    using MakeTransport = std::function<std::unique_ptr<HttpTransport>()>;

    /// Borrows the references.
    DatasetPoll(SnapshotStore& store, TokenSource& tokens, Clock& clock, Log& log, MakeTransport make_transport,
                PollSettings settings, Retry::Random random);

    /// Polls and logs `snapshot_committed`. On a fault the poll is recorded as failed and the Error thrown: it is the
    /// caller's to report. A cancelled poll is recorded as stopped.
    boost::asio::awaitable<PollResult> once(Dataset const& dataset, Trigger trigger);

private:
    boost::asio::awaitable<PollResult> run(Dataset const& dataset, PollId poll);
    void record_failure(PollId poll, Error const& error);
    void record_stop(PollId poll);
    void drop_expired();
    void report(Dataset const& dataset, PollResult const& result, std::chrono::milliseconds duration);

    SnapshotStore& store_;
    TokenSource& tokens_;
    Clock& clock_;
    Log& log_;
    MakeTransport make_transport_;
    PollSettings settings_;
    Retry::Random random_;
    std::set<std::string> reported_fields_;
};

} // namespace usaged
