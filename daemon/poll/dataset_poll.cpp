#include "daemon/poll/dataset_poll.h"

#include "daemon/poll/heartbeat.h"
#include "daemon/poll/recorded_transport.h"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

namespace usaged {

namespace {

/// The archive of the store, as pages of one poll.
class StoredPages : public PageArchive {
public:
    StoredPages(SnapshotStore& store, PollId poll, Clock const& clock) : store_{store}, poll_{poll}, clock_{clock} {}

    SnapshotPage put(std::size_t number, std::string const& body, PageScope const& scope) override
    {
        return store_.archive_page(poll_, number, body, scope, clock_.now());
    }
    std::string get(std::size_t, SnapshotPage const& page) override { return store_.read_page(page); }

private:
    SnapshotStore& store_;
    PollId poll_;
    Clock const& clock_;
};

} // namespace

DatasetPoll::DatasetPoll(SnapshotStore& store, TokenSource& tokens, Clock& clock, Log& log,
                         MakeTransport make_transport, PollSettings settings, Retry::Random random)
    : store_{store}, tokens_{tokens}, clock_{clock}, log_{log},
      make_transport_{std::move(make_transport)}, settings_{std::move(settings)}, random_{std::move(random)}
{
}

boost::asio::awaitable<PollResult> DatasetPoll::once(Dataset const& dataset, Trigger trigger,
                                                     std::optional<std::chrono::sys_days> date)
{
    auto task = begin(dataset, trigger, date);
    auto const started = clock_.steady_now();
    auto const result = co_await poll_and_record(task);
    report(task, result, std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - started));
    co_await heartbeat(task, result);
    co_return result;
}

DatasetPoll::Task DatasetPoll::begin(Dataset const& dataset, Trigger trigger, std::optional<std::chrono::sys_days> date)
{
    auto const poll = store_.begin_poll(dataset, trigger, clock_.now());
    auto log = log_.with({{"dataset", std::string{dataset.name}}, {"poll", static_cast<std::int64_t>(poll)}});
    return {dataset, trigger, date, poll, std::move(log)};
}

/// The poll with its end in the store, whatever that is.
boost::asio::awaitable<PollResult> DatasetPoll::poll_and_record(Task& task)
{
    try {
        co_return co_await run(task);
    } catch (Error& error) {
        record_failure(task, error);
        error.poll(static_cast<std::int64_t>(task.poll));
        throw;
    } catch (boost::system::system_error const& error) {
        if (error.code() == boost::asio::error::operation_aborted) record_stop(task);
        throw;
    }
}

boost::asio::awaitable<PollResult> DatasetPoll::run(Task& task)
{
    PollResult result;
    result.poll = task.poll;
    tokens_.store_pending();
    result.snapshot = co_await fetch(task);
    result.token_store_error = tokens_.store_error();
    result.snapshot.degraded = judged(task, result.snapshot);
    if (result.token_store_error) {
        auto& reasons = result.snapshot.degraded;
        reasons += (reasons.empty() ? "" : "; ") + std::string{result.token_store_error->what()};
    }
    result.saved = store_.save(task.poll, task.dataset, settings_.fetch.rules, result.snapshot, clock_.now());
    drop_expired(task.log);
    co_return result;
}

boost::asio::awaitable<Snapshot> DatasetPoll::fetch(Task& task)
{
    auto const transport = make_transport_();
    RecordedTransport recorded{*transport, store_, clock_, task.log, task.poll};
    StoredPages pages{store_, task.poll, clock_};
    ApiClient api{recorded, tokens_, clock_, task.log, settings_.fetch, random_};
    SnapshotFetch snapshot{api, pages, task.log, settings_.fetch, known_paths_, settings_.progress};
    auto const query = settings_.queries.find(task.dataset.name);
    auto const asked = query == settings_.queries.end() ? DatasetQuery{} : query->second;
    co_return co_await snapshot.fetch(task.dataset, asked, task.date);
}

std::string DatasetPoll::judged(Task const& task, Snapshot const& snapshot)
{
    if (task.trigger == Trigger::backfill) return judge_past_date(snapshot);
    return judge(settings_.guards, snapshot, store_.last_good(task.dataset), clock_.now());
}

boost::asio::awaitable<void> DatasetPoll::heartbeat(Task& task, PollResult const& result)
{
    if (settings_.heartbeat_url.empty() || task.trigger == Trigger::backfill || !result.snapshot.degraded.empty())
        co_return;
    auto const transport = make_transport_();
    try {
        co_await send_heartbeat(settings_.heartbeat_url, settings_.fetch.user_agent, *transport, store_, clock_,
                                task.log, task.poll);
    } catch (boost::system::system_error const& error) {
        // The poll is stored. The stop ends whatever is waited for next.
        if (error.code() != boost::asio::error::operation_aborted) throw;
    }
}

/// A store that cannot even record the failure must not hide it.
void DatasetPoll::record_failure(Task& task, Error const& error)
{
    try {
        store_.fail_poll(task.poll, error, clock_.now());
    } catch (Error const& second) {
        task.log.write(LogEvent{LogLevel::warn, "poll_not_recorded", second.what()}.with(second));
    }
}

void DatasetPoll::record_stop(Task& task)
{
    try {
        store_.stop_poll(task.poll, clock_.now());
    } catch (Error const& error) {
        task.log.write(LogEvent{LogLevel::warn, "poll_not_recorded", error.what()}.with(error));
    }
}

/// Housekeeping after the commit: its failure is no failure of the poll.
void DatasetPoll::drop_expired(Log& log)
{
    try {
        auto const now = clock_.now();
        store_.drop_expired(now - settings_.keep_raw_payloads, now - settings_.keep_call_log);
    } catch (Error const& error) {
        log.write(LogEvent{LogLevel::warn, "expiry_failed", error.what()}.with(error));
    }
}

void DatasetPoll::report(Task& task, PollResult const& result, std::chrono::milliseconds duration)
{
    for (auto const& field : result.saved.new_fields) task.log.write(unknown_field(task.dataset, field));
    if (!result.snapshot.degraded.empty())
        task.log.write(LogEvent{LogLevel::warn, "poll_degraded", result.snapshot.degraded});
    task.log.write(LogEvent{LogLevel::info, "snapshot_committed", {}}
                       .with("outcome", std::string{to_string(result.saved.outcome)})
                       .with("rows", result.snapshot.rows)
                       .with("inserted", result.saved.inserted)
                       .with("changed", result.saved.changed)
                       .with("unchanged", result.saved.unchanged)
                       .with("bad_rows", result.snapshot.bad_rows)
                       .with("data_from", result.snapshot.data_from)
                       .with("data_to", result.snapshot.data_to)
                       .with("duration_ms", duration.count()));
}

} // namespace usaged
