#include "storage/replay.h"

#include "storage/database_check.h"
#include "storage/payload_archive.h"
#include "storage/poll_log.h"
#include "storage/poll_undo.h"
#include "storage/row_writer.h"
#include "storage/sqlite_database.h"
#include "storage/sqlite_error.h"
#include "storage/statements.h"
#include "storage/table_digest.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Transaction.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace usaged {

namespace fs = std::filesystem;

namespace {

/// A poll that stored rows.
struct AppliedPoll {
    PollId id{};
    std::int64_t pages = 0; ///< 0 unless all are archived
};

std::string number_of(PollId poll)
{
    return std::to_string(static_cast<std::int64_t>(poll));
}

/// The newest one first.
std::vector<AppliedPoll> applied_polls(Statements& statements, Dataset const& dataset)
{
    auto query = statements("SELECT id, (SELECT CASE WHEN count(*) = max(page) + 1 AND count(*) = count(raw_payload.id)"
                            "                   THEN count(*) ELSE 0 END"
                            "            FROM poll_page LEFT JOIN raw_payload USING (sha256) WHERE poll_id = poll.id)"
                            R"( FROM poll WHERE dataset = ? AND outcome = 'ok' AND "trigger" <> 'replay')"
                            " ORDER BY id DESC");
    query.bind(dataset.name);
    std::vector<AppliedPoll> polls;
    while (query.step()) polls.push_back({PollId{query.integer(0)}, query.integer(1)});
    return polls;
}

Error no_pages(Dataset const& dataset, std::string const& what)
{
    return Error{ErrorCategory::storage, std::string{dataset.name} + ": " + what,
                 "storage.raw_payloads.keep says how long answers stay in the archive."};
}

/// Those to apply again, the oldest one first.
std::vector<AppliedPoll> choose(std::vector<AppliedPoll> polls, Dataset const& dataset, std::optional<PollId> from)
{
    if (from) std::erase_if(polls, [&](AppliedPoll const& poll) { return poll.id < *from; });
    auto const gap = std::ranges::find(polls, 0, &AppliedPoll::pages);
    if (from && polls.empty())
        throw no_pages(dataset, "no poll from " + number_of(*from) + " on has stored anything that could be replayed");
    if (from && gap != polls.end())
        throw no_pages(dataset, "the answers that poll " + number_of(gap->id) + " read are no longer archived");
    polls.erase(gap, polls.end());
    if (polls.empty()) throw no_pages(dataset, "there is no poll whose answers are archived");
    std::ranges::reverse(polls);
    return polls;
}

/// What the polls say that the tables hold: numbers of rows and revisions.
std::pair<std::int64_t, std::int64_t> recorded(Statements& statements, Dataset const& dataset)
{
    auto query = statements("SELECT sum(rows_inserted), sum(rows_changed) FROM poll WHERE dataset = ?");
    query.bind(dataset.name);
    query.step();
    return {query.integer(0), query.integer(1)};
}

/// By how much `a` is above `b`.
std::int64_t above(std::int64_t a, std::int64_t b)
{
    return std::max<std::int64_t>(0, a - b);
}

/// The poll fetched and decoded the page without a fault, so what to do is another thing than for a poll.
Error page_error(Dataset const& dataset, PollId poll, std::int64_t number, Error const& error)
{
    auto const where =
        std::string{dataset.name} + ": poll " + number_of(poll) + ", page " + std::to_string(number) + ": ";
    auto const* const remedy = error.category() == ErrorCategory::storage
                                   ? "The archive is damaged: restore the database from a backup."
                                   : "The usaged that stored this answer read it in another way: replay with that one.";
    return Error{error.category(), where + error.what(), remedy};
}

} // namespace

class Replay::Impl {
public:
    Impl(fs::path const& database, Now now)
        : path_{resolve_database(database)},
          database_{open_for_writing(path_, sqlite_migrations(), WhenMissing::refuse)}, now_{std::move(now)}
    {
        database_->exec("PRAGMA cache_size = -16384");
    }

    fs::path const& path() const { return path_; }

    ReplayOutcome run(Dataset const& dataset, std::optional<PollId> from, ProgressObserver const& progress);

private:
    void apply(PollId poll, Dataset const& dataset, PageDecoder& decoder, Snapshot& total,
               std::function<void()> const& page_done);
    void record(ReplayOutcome& outcome, Snapshot const& total, Dataset const& dataset, TableDigest const& before);

    fs::path path_;
    std::unique_ptr<SQLite::Database> database_; // before the statements, which must go first
    Now now_;
    Statements statements_{*database_};
    PollLog polls_{statements_};
    PayloadArchive archive_{statements_};
};

ReplayOutcome Replay::Impl::run(Dataset const& dataset, std::optional<PollId> from, ProgressObserver const& progress)
{
    Durably const durably{*database_};
    SQLite::Transaction transaction{*database_, SQLite::TransactionBehavior::IMMEDIATE};
    ReplayOutcome outcome;
    auto const applied = applied_polls(statements_, dataset);
    if (applied.empty() && !from) return outcome;
    auto const polls = choose(applied, dataset, from);
    outcome.from = polls.front().id;
    outcome.polls = static_cast<std::int64_t>(polls.size());
    std::int64_t pages = 0;
    for (auto const& poll : polls) pages += poll.pages;
    auto const page_done = [&] {
        ++outcome.pages;
        if (progress) progress({"pages", outcome.pages, pages});
    };

    outcome.poll = polls_.begin(dataset, Trigger::replay, now_());
    auto const before = digest_of(*database_, dataset);
    undo_polls(*database_, dataset, outcome.from);
    // What was refused then was not applied, and its pages are not archived: what is left is not to be refused now.
    PageDecoder decoder{dataset, DecodeRules{true, true}};
    Snapshot total;
    for (auto const& poll : polls) apply(poll.id, dataset, decoder, total, page_done);
    record(outcome, total, dataset, before);
    transaction.commit();
    return outcome;
}

void Replay::Impl::apply(PollId poll, Dataset const& dataset, PageDecoder& decoder, Snapshot& total,
                         std::function<void()> const& page_done)
{
    auto const writer = make_row_writer(*database_, dataset, poll);
    RowVisitor const write = [&](Row const& row) {
        writer->write(row);
        ++total.rows;
    };
    std::string body;
    std::int64_t number = 0;
    for (auto const& page : archive_.pages_of(poll)) {
        ++number;
        PageSummary summary;
        try {
            archive_.read_verified(page, body);
            summary = decoder.decode(body, page.scope, write);
        } catch (Error const& error) {
            throw page_error(dataset, poll, number, error);
        }
        if (total.data_from.empty() || (!summary.data_from.empty() && summary.data_from < total.data_from))
            total.data_from = summary.data_from;
        total.data_to = std::max(total.data_to, summary.data_to);
        page_done();
    }
    writer->finish();
}

void Replay::Impl::record(ReplayOutcome& outcome, Snapshot const& total, Dataset const& dataset,
                          TableDigest const& before)
{
    auto const after = digest_of(*database_, dataset);
    outcome.rows = total.rows;
    outcome.repaired = after != before;
    SaveOutcome saved;
    if (outcome.repaired) saved.outcome = Outcome::ok;
    auto const [rows, revisions] = recorded(statements_, dataset);
    saved.inserted = above(after.rows, rows);
    saved.changed = above(after.revisions, revisions);
    outcome.missing_rows = above(rows, after.rows);
    outcome.missing_revisions = above(revisions, after.revisions);
    saved.unchanged = total.rows - saved.inserted - saved.changed;
    polls_.end(outcome.poll, saved, total, now_());
}

Replay::Replay(fs::path const& database, Now now)
{
    try {
        impl_ = std::make_unique<Impl>(database, std::move(now));
    } catch (SQLite::Exception const& exception) {
        throw to_error(exception, database);
    }
}

Replay::~Replay() = default;

ReplayOutcome Replay::run(Dataset const& dataset, std::optional<PollId> from, ProgressObserver const& progress)
{
    try {
        return impl_->run(dataset, from, progress);
    } catch (SQLite::Exception const& exception) {
        throw to_error(exception, impl_->path());
    }
}

} // namespace usaged
