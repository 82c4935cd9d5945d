#pragma once

#include "daemon/auth/token_source.h"
#include "daemon/dataset/progress.h"
#include "daemon/poll/clock.h"
#include "daemon/poll/dataset_query.h"
#include "daemon/poll/guards.h"
#include "daemon/poll/snapshot_fetch.h"
#include "storage/snapshot_store.h"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// What a poll needs to know.
struct PollSettings {
    FetchSettings fetch;
    GuardSettings guards;
    std::chrono::milliseconds keep_raw_payloads{std::chrono::hours{24 * 90}};
    std::chrono::milliseconds keep_call_log{std::chrono::hours{24 * 90}};
    std::map<std::string_view, DatasetQuery> queries; ///< by the name of the dataset; those without one are missing
    std::string heartbeat_url; ///< asked by GET after every committed, undegraded poll; empty: none
    ProgressObserver progress;
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

    /// Polls and logs `snapshot_committed`. On a fault the poll is recorded as failed and the Error thrown, with the
    /// poll's number: it is the caller's to report. A cancelled poll is recorded as stopped.
    /// `date` asks for a past processing date, if it is given: only for Collection::commercial. The number and the age
    /// of the rows of a backfill are not held against the guards, and no heartbeat follows it.
    boost::asio::awaitable<PollResult> once(Dataset const& dataset, Trigger trigger,
                                            std::optional<std::chrono::sys_days> date = std::nullopt);

private:
    /// What is polled, and why.
    struct Task {
        Dataset const& dataset;
        Trigger trigger;
        std::optional<std::chrono::sys_days> date;
        PollId poll;
        Log log; ///< says on every line which poll it is about
    };

    Task begin(Dataset const& dataset, Trigger trigger, std::optional<std::chrono::sys_days> date);
    boost::asio::awaitable<PollResult> poll_and_record(Task& task);
    boost::asio::awaitable<PollResult> run(Task& task);
    boost::asio::awaitable<Snapshot> fetch(Task& task);
    boost::asio::awaitable<void> heartbeat(Task& task, PollResult const& result);
    std::string judged(Task const& task, Snapshot const& snapshot);
    void record_failure(Task& task, Error const& error);
    void record_stop(Task& task);
    void drop_expired(Log& log);
    void report(Task& task, PollResult const& result, std::chrono::milliseconds duration);

    SnapshotStore& store_;
    TokenSource& tokens_;
    Clock& clock_;
    Log& log_;
    MakeTransport make_transport_;
    PollSettings settings_;
    Retry::Random random_;
    KnownPaths known_paths_;
};

} // namespace usaged
