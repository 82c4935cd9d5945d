#include "storage/poll_log.h"

namespace usaged {

namespace {

std::optional<std::int64_t> count(std::optional<std::chrono::seconds> duration)
{
    return duration ? std::optional<std::int64_t>{duration->count()} : std::nullopt;
}

void require_in_hand(std::int64_t updated, PollId poll)
{
    if (updated == 1) return;
    throw Error{ErrorCategory::storage,
                "poll " + std::to_string(static_cast<std::int64_t>(poll)) + " is not in hand in the database",
                "The database was replaced during the poll; the next one is stored again."};
}

} // namespace

PollId PollLog::begin(Dataset const& dataset, Trigger trigger, Timestamp started_at)
{
    auto query = statements_(R"(INSERT INTO poll (dataset, "trigger", started_at) VALUES (?, ?, ?) RETURNING id)");
    query.bind(dataset.name, to_string(trigger), started_at);
    query.step();
    auto const poll = PollId{query.integer(0)};
    query.step(); // the row is committed when the statement is done
    return poll;
}

void PollLog::record(std::optional<PollId> poll, HttpCall const& call)
{
    auto const poll_id = poll ? std::optional{static_cast<std::int64_t>(*poll)} : std::nullopt;
    auto const status = call.status ? std::optional<std::int64_t>{*call.status} : std::nullopt;
    statements_("INSERT INTO http_call (poll_id, attempt, method, url, status, request_id, correlation_id, ms_cv,"
                " server_id, retry_after, bytes, started_at, duration_ms, error)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
        .bind(poll_id, std::int64_t{call.attempt}, std::string_view{call.method}, std::string_view{call.url}, status,
              unless_empty(call.ids.request_id), unless_empty(call.ids.correlation_id), unless_empty(call.ms_cv),
              unless_empty(call.server_id), count(call.retry_after), call.bytes, call.started_at,
              std::int64_t{call.duration.count()}, unless_empty(call.error))
        .run();
}

void PollLog::record(TokenEvent const& event)
{
    statements_("INSERT INTO token_event (event, detail, at) VALUES (?, ?, ?)")
        .bind(std::string_view{event.event}, unless_empty(event.detail), event.at)
        .run();
}

void PollLog::end(PollId poll, SaveOutcome const& outcome, Snapshot const& snapshot, Timestamp finished_at)
{
    auto const updated =
        statements_("UPDATE poll SET finished_at = ?, outcome = ?, degraded = ?, rows_received = ?, rows_inserted = ?,"
                    " rows_changed = ?, rows_unchanged = ?, data_from = ?, data_to = ?"
                    " WHERE id = ? AND finished_at IS NULL")
            .bind(finished_at, to_string(outcome.outcome), unless_empty(snapshot.degraded), snapshot.rows,
                  outcome.inserted, outcome.changed, outcome.unchanged, unless_empty(snapshot.data_from),
                  unless_empty(snapshot.data_to), static_cast<std::int64_t>(poll))
            .run();
    require_in_hand(updated, poll);
}

void PollLog::end(PollId poll, PollFailure const& failure, Timestamp finished_at)
{
    auto const updated =
        statements_("UPDATE poll SET finished_at = ?, outcome = 'failed', error_category = ?, error_message = ?,"
                    " error_remedy = ?, error_request_id = ?, error_correlation_id = ?, retry_after = ? WHERE id = ? "
                    "AND finished_at IS NULL")
            .bind(finished_at, failure.category, std::string_view{failure.message}, unless_empty(failure.remedy),
                  unless_empty(failure.request_id), unless_empty(failure.correlation_id), count(failure.retry_after),
                  static_cast<std::int64_t>(poll))
            .run();
    require_in_hand(updated, poll);
}

void PollLog::end_interrupted()
{
    statements_("UPDATE poll SET outcome = 'failed', error_category = 'interrupted',"
                " error_message = 'usaged ended in the middle of the poll',"
                " finished_at = coalesce((SELECT max(started_at) FROM http_call WHERE poll_id = poll.id), started_at)"
                " WHERE finished_at IS NULL")
        .run();
}

std::vector<std::string> PollLog::record_new_fields(PollId poll, Dataset const& dataset, Snapshot const& snapshot,
                                                    Timestamp at)
{
    std::vector<std::string> new_fields;
    for (auto const& field : snapshot.unknown_fields) {
        auto const written = statements_("INSERT INTO schema_event (poll_id, dataset, event, field, at)"
                                         " VALUES (?, ?, 'new_field', ?, ?) ON CONFLICT DO NOTHING")
                                 .bind(static_cast<std::int64_t>(poll), dataset.name, std::string_view{field}, at)
                                 .run();
        if (written > 0) new_fields.push_back(field);
    }
    return new_fields;
}

void PollLog::record_skipped(PollId poll, std::vector<SkippedCustomer> const& skipped)
{
    for (auto const& customer : skipped)
        statements_("INSERT INTO skipped_customer (poll_id, customer_id, customer_name, reason) VALUES (?, ?, ?, ?)"
                    " ON CONFLICT DO NOTHING")
            .bind(static_cast<std::int64_t>(poll), std::string_view{customer.customer_id},
                  unless_empty(customer.customer_name), std::string_view{customer.reason})
            .run();
}

std::optional<PollId> PollLog::newest_applied(Dataset const& dataset)
{
    auto query = statements_("SELECT id FROM poll WHERE dataset = ? AND outcome IN ('ok', 'unchanged')"
                             R"( AND "trigger" <> 'replay' ORDER BY id DESC LIMIT 1)");
    query.bind(dataset.name);
    if (!query.step()) return std::nullopt;
    return PollId{query.integer(0)};
}

// What backfill and replay apply is not the present snapshot, and says nothing about when the next one is due.
std::optional<AppliedSnapshot> PollLog::last_good(Dataset const& dataset)
{
    auto query = statements_("SELECT started_at, rows_received, data_to,"
                             " (SELECT later.started_at FROM poll AS later WHERE later.dataset = poll.dataset"
                             "  AND later.id > poll.id AND later.outcome IN ('ok', 'unchanged')"
                             R"(  AND later."trigger" NOT IN ('backfill', 'replay') ORDER BY later.id LIMIT 1))"
                             " FROM poll WHERE dataset = ? AND outcome IN ('ok', 'unchanged') AND degraded IS NULL"
                             R"( AND "trigger" NOT IN ('backfill', 'replay') ORDER BY id DESC LIMIT 1)");
    query.bind(dataset.name);
    if (!query.step()) return std::nullopt;
    return AppliedSnapshot{query.timestamp(0).value_or(Timestamp{}), query.integer(1), query.text(2),
                           query.timestamp(3)};
}

PollHistory PollLog::history(Dataset const& dataset)
{
    PollHistory history;
    auto query = statements_("SELECT outcome, error_category, started_at, finished_at, retry_after, id FROM poll"
                             R"( WHERE dataset = ? AND "trigger" NOT IN ('backfill', 'replay') ORDER BY id DESC)");
    query.bind(dataset.name);
    for (bool newest = true; query.step(); newest = false) {
        if (!query.is_null(0) && query.text(0) != "failed") {
            history.last_success = query.timestamp(2);
            break;
        }
        auto const unfinished = query.is_null(0);
        auto const category = query.text(1);
        if (newest) history.stopped = category == "stopped";
        if (newest) history.interrupted = unfinished || category == "interrupted";
        if (newest && (history.stopped || history.interrupted)) history.cut_wait = last_wait(query.integer(5));
        if (category == "stopped") continue;
        if (history.failures++ > 0) continue;
        history.last_failure = query.timestamp(unfinished ? 2 : 3);
        if (!query.is_null(4)) history.retry_after = std::chrono::seconds{query.integer(4)};
    }
    return history;
}

std::optional<AskedWait> PollLog::last_wait(std::int64_t poll)
{
    auto query = statements_("SELECT retry_after, started_at, duration_ms FROM http_call WHERE poll_id = ?"
                             " AND retry_after IS NOT NULL ORDER BY id DESC LIMIT 1");
    query.bind(poll);
    if (!query.step()) return std::nullopt;
    auto const started_at = query.timestamp(1);
    if (!started_at) return std::nullopt;
    return AskedWait{*started_at + std::chrono::milliseconds{query.integer(2)}, std::chrono::seconds{query.integer(0)}};
}

void PollLog::drop_calls(Timestamp before)
{
    statements_("DELETE FROM http_call WHERE started_at < ?").bind(before).run();
}

void PollLog::drop_skipped(Timestamp before)
{
    statements_("DELETE FROM skipped_customer WHERE poll_id IN (SELECT id FROM poll WHERE started_at < ?)"
                " AND poll_id NOT IN (SELECT max(id) FROM poll WHERE outcome <> 'failed'"
                R"( AND "trigger" NOT IN ('backfill', 'replay') GROUP BY dataset))")
        .bind(before)
        .run();
}

} // namespace usaged
