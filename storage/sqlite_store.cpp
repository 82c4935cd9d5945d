#include "storage/sqlite_store.h"

#include "storage/database_check.h"
#include "storage/payload_archive.h"
#include "storage/poll_log.h"
#include "storage/row_writer.h"
#include "storage/sqlite_database.h"
#include "storage/sqlite_error.h"
#include "storage/statements.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <malloc.h>

namespace usaged {

namespace fs = std::filesystem;

namespace {

fs::path log_of(fs::path const& database)
{
    return database.string() + "-wal";
}

/// The connection and all that hangs on it.
class Connection {
public:
    Connection(fs::path const& path, WhenMissing when_missing)
        : database_{open_for_writing(path, sqlite_migrations(), when_missing)}, path_{path}, file_{identify(path)},
          log_{identify(log_of(path))}
    {
    }

    /// Whether its files still stand where they were opened.
    bool in_place() const { return file_ && identify(path_) == file_ && log_ && identify(log_of(path_)) == log_; }

    SQLite::Database& database() { return *database_; }
    PollLog& polls() { return polls_; }
    PayloadArchive& archive() { return archive_; }

    void release_memory();

private:
    std::unique_ptr<SQLite::Database> database_; // before the statements, which must go first
    fs::path path_;
    std::optional<FileIdentity> file_;
    std::optional<FileIdentity> log_;
    Statements statements_{*database_};
    PollLog polls_{statements_};
    PayloadArchive archive_{statements_};
};

// Between polls, which are a day apart, a daemon should not hold what a snapshot needed.
void Connection::release_memory()
{
    archive_.release_memory();
    sqlite3_db_release_memory(database_->getHandle());
    ::malloc_trim(0);
}

/// Room for the pages that a large snapshot changes most often; and a log that is short again afterwards.
class LargeSave {
public:
    explicit LargeSave(SQLite::Database& database) : database_{database}
    {
        database_.exec("PRAGMA cache_size = -16384");
    }
    LargeSave(LargeSave const&) = delete;
    LargeSave& operator=(LargeSave const&) = delete;
    ~LargeSave()
    {
        database_.tryExec("PRAGMA cache_size = -2000");
        // A reader in the middle of a query is not waited for; the log is then shortened by a later write.
        sqlite3_busy_timeout(database_.getHandle(), 0);
        sqlite3_wal_checkpoint_v2(database_.getHandle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
        sqlite3_busy_timeout(database_.getHandle(), busy_timeout_ms);
    }

private:
    SQLite::Database& database_;
};

constexpr std::int64_t large_snapshot = 10'000; // rows

} // namespace

class SqliteStore::Impl {
public:
    explicit Impl(fs::path const& path);

    /// `action` on the connection, which is opened first if there is none. After a fault it is closed.
    template <typename Action>
    auto use(Action const& action, WhenMissing when_missing = WhenMissing::refuse)
    {
        try {
            if (!connection_) connection_.emplace(path_, when_missing);
            require_in_place();
            return action(*connection_);
        } catch (SQLite::Exception const& exception) {
            auto const error = to_error(exception, path_);
            connection_.reset();
            throw error;
        }
    }

    SaveOutcome save(Connection& connection, PollId poll, Dataset const& dataset, DecodeRules const& rules,
                     Snapshot const& snapshot, Timestamp finished_at);

    /// Ends a poll that stored nothing.
    static void end(Connection& connection, PollId poll, PollFailure const& failure, Timestamp finished_at);

private:
    void require_in_place();
    SaveOutcome apply(Connection& connection, PollId poll, Dataset const& dataset, DecodeRules const& rules,
                      Snapshot const& snapshot);
    bool is_applied(Connection& connection, Dataset const& dataset, Snapshot const& snapshot);

    fs::path path_;
    std::optional<Connection> connection_;
};

SqliteStore::Impl::Impl(fs::path const& path) : path_{resolve_database(path)}
{
    auto const clean_up = [](Connection& connection) {
        connection.polls().end_interrupted();
        connection.archive().drop_failed();
    };
    use(clean_up, WhenMissing::create);
}

void SqliteStore::Impl::require_in_place()
{
    if (connection_->in_place()) return;
    connection_.reset();
    throw Error{ErrorCategory::storage,
                path_.string() + ": the database or its write-ahead log was removed or moved while usaged had it open",
                "Put the files back; or restart usaged to begin a new database."};
}

bool SqliteStore::Impl::is_applied(Connection& connection, Dataset const& dataset, Snapshot const& snapshot)
{
    auto const newest = connection.polls().newest_applied(dataset);
    if (!newest) return false;
    return connection.archive().pages_of(*newest) == snapshot.pages;
}

SaveOutcome SqliteStore::Impl::apply(Connection& connection, PollId poll, Dataset const& dataset,
                                     DecodeRules const& rules, Snapshot const& snapshot)
{
    auto const writer = make_row_writer(connection.database(), dataset, poll);
    PageDecoder decoder{dataset, rules};
    RowVisitor const write = [&](Row const& row) { writer->write(row); };
    std::string body;
    for (auto const& page : snapshot.pages) {
        connection.archive().read(page, body);
        decoder.decode(body, page.scope, write);
    }
    writer->finish();
    SaveOutcome outcome;
    outcome.inserted = writer->inserted();
    outcome.changed = writer->changed();
    if (outcome.inserted + outcome.changed > 0) outcome.outcome = Outcome::ok;
    return outcome;
}

SaveOutcome SqliteStore::Impl::save(Connection& connection, PollId poll, Dataset const& dataset,
                                    DecodeRules const& rules, Snapshot const& snapshot, Timestamp finished_at)
{
    std::optional<LargeSave> large;
    Durably const durably{connection.database()};
    SQLite::Transaction transaction{connection.database(), SQLite::TransactionBehavior::IMMEDIATE};
    SaveOutcome outcome;
    if (snapshot.rows == 0) {
        outcome.outcome = Outcome::empty;
    } else if (!is_applied(connection, dataset, snapshot)) {
        if (snapshot.rows >= large_snapshot) large.emplace(connection.database());
        outcome = apply(connection, poll, dataset, rules, snapshot);
    }
    outcome.unchanged = snapshot.rows - snapshot.repeated - outcome.inserted - outcome.changed;
    outcome.new_fields = connection.polls().record_new_fields(poll, dataset, snapshot, finished_at);
    connection.polls().record_skipped(poll, snapshot.skipped);
    connection.polls().end(poll, outcome, snapshot, finished_at);
    transaction.commit();
    return outcome;
}

void SqliteStore::Impl::end(Connection& connection, PollId poll, PollFailure const& failure, Timestamp finished_at)
{
    Durably const durably{connection.database()};
    SQLite::Transaction transaction{connection.database(), SQLite::TransactionBehavior::IMMEDIATE};
    connection.polls().end(poll, failure, finished_at);
    connection.archive().drop_failed();
    transaction.commit();
}

SqliteStore::SqliteStore(fs::path const& database) : impl_{std::make_unique<Impl>(database)} {}

SqliteStore::~SqliteStore() = default;

PollId SqliteStore::begin_poll(Dataset const& dataset, Trigger trigger, Timestamp started_at)
{
    return impl_->use([&](Connection& connection) { return connection.polls().begin(dataset, trigger, started_at); });
}

void SqliteStore::record_call(std::optional<PollId> poll, HttpCall const& call)
{
    impl_->use([&](Connection& connection) { connection.polls().record(poll, call); });
}

void SqliteStore::record_token_event(TokenEvent const& event)
{
    impl_->use([&](Connection& connection) { connection.polls().record(event); });
}

SnapshotPage SqliteStore::archive_page(PollId poll, std::size_t number, std::string const& body, PageScope const& scope,
                                       Timestamp at)
{
    return impl_->use([&](Connection& connection) {
        SQLite::Transaction transaction{connection.database(), SQLite::TransactionBehavior::IMMEDIATE};
        auto page = connection.archive().add(poll, number, body, scope, at);
        transaction.commit();
        return page;
    });
}

std::string SqliteStore::read_page(SnapshotPage const& page)
{
    std::string body;
    impl_->use([&](Connection& connection) { connection.archive().read(page, body); });
    return body;
}

std::optional<AppliedSnapshot> SqliteStore::last_good(Dataset const& dataset)
{
    return impl_->use([&](Connection& connection) { return connection.polls().last_good(dataset); });
}

SaveOutcome SqliteStore::save(PollId poll, Dataset const& dataset, DecodeRules const& rules, Snapshot const& snapshot,
                              Timestamp finished_at)
{
    return impl_->use([&](Connection& connection) {
        auto outcome = impl_->save(connection, poll, dataset, rules, snapshot, finished_at);
        connection.release_memory();
        return outcome;
    });
}

void SqliteStore::fail_poll(PollId poll, Error const& error, Timestamp finished_at)
{
    impl_->use([&](Connection& connection) {
        auto const& ids = error.ids();
        PollFailure const failure{to_string(error.category()),
                                  error.what(),
                                  error.remedy(),
                                  ids.request_id.empty() ? ids.trace_id : ids.request_id,
                                  ids.correlation_id,
                                  error.retry_after()};
        impl_->end(connection, poll, failure, finished_at);
        connection.release_memory();
    });
}

void SqliteStore::stop_poll(PollId poll, Timestamp finished_at)
{
    impl_->use([&](Connection& connection) {
        PollFailure const stop{"stopped", "cut short by a stop of usaged", {}, {}, {}, {}};
        impl_->end(connection, poll, stop, finished_at);
    });
}

PollHistory SqliteStore::history(Dataset const& dataset)
{
    return impl_->use([&](Connection& connection) { return connection.polls().history(dataset); });
}

void SqliteStore::drop_expired(Timestamp pages_before, Timestamp calls_before)
{
    impl_->use([&](Connection& connection) {
        SQLite::Transaction transaction{connection.database(), SQLite::TransactionBehavior::IMMEDIATE};
        connection.archive().drop(pages_before);
        connection.polls().drop_calls(calls_before);
        connection.polls().drop_skipped(calls_before);
        transaction.commit();
    });
}

} // namespace usaged
