#pragma once

#include "storage/snapshot_store.h"

#include <filesystem>
#include <memory>

namespace usaged {

/// Snapshots in an SQLite database. Holds one connection; the caller holds an InstanceLock, for there must be no other
/// writer.
///
/// After a fault the next call opens the database anew, so that usaged recovers by itself when the cause is gone: space
/// was made, the file was put back. A file that was removed or exchanged is noticed at the next call. Every call waits
/// at most 2 s for another program's lock.
class SqliteStore : public SnapshotStore {
public:
    /// Opens the database, creates it where none is (its directory must exist), and migrates it. Polls that an earlier
    /// process left in hand are ended as interrupted.
    /// Throws Error with ErrorCategory::storage; then the file is as it was.
    explicit SqliteStore(std::filesystem::path const& database);
    ~SqliteStore() override;

    PollId begin_poll(Dataset const& dataset, Trigger trigger, Timestamp started_at) override;
    void record_call(std::optional<PollId> poll, HttpCall const& call) override;
    void record_token_event(TokenEvent const& event) override;
    SnapshotPage archive_page(PollId poll, std::size_t number, std::string const& body, PageScope const& scope,
                              Timestamp at) override;
    std::string read_page(SnapshotPage const& page) override;
    std::optional<AppliedSnapshot> last_good(Dataset const& dataset) override;
    SaveOutcome save(PollId poll, Dataset const& dataset, DecodeRules const& rules, Snapshot const& snapshot,
                     Timestamp finished_at) override;
    void fail_poll(PollId poll, Error const& error, Timestamp finished_at) override;
    void stop_poll(PollId poll, Timestamp finished_at) override;
    PollHistory history(Dataset const& dataset) override;
    void drop_expired(Timestamp pages_before, Timestamp calls_before) override;

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
