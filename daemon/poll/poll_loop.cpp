#include "daemon/poll/poll_loop.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/multiple_exceptions.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <tuple>
#include <utility>

namespace usaged {

namespace asio = boost::asio;

namespace {

// A timer does not notice that the wall clock was stepped, or that the machine slept.
constexpr std::chrono::minutes longest_sleep{5};

// What a person has to mend is not mended by asking often.
constexpr std::chrono::hours pause_after_failed_upkeep{6};

} // namespace

std::string jitter_seed(std::string_view installation, Dataset const& dataset)
{
    return std::string{installation} + '/' + std::string{dataset.name};
}

PollLoop::PollLoop(SnapshotStore& store, Clock& clock, Log& log, ServiceNotifier& notifier,
                   std::vector<ScheduledDataset> datasets, std::string seed, Poll poll, Upkeep upkeep,
                   LoopObserver observer)
    : store_{store}, clock_{clock}, log_{log}, notifier_{notifier}, seed_{std::move(seed)}, poll_{std::move(poll)},
      upkeep_{std::move(upkeep)}, observer_{std::move(observer)}, reloaded_{std::move(datasets)}
{
}

asio::awaitable<void> PollLoop::run()
{
    latch_.emplace(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    for (;;) {
        take_orders();
        auto const now = clock_.now();
        auto const next = earliest(now);
        if (next.due.at <= now) {
            co_await poll(*next.entry, next.due.trigger);
        } else {
            notifier_.status("Next poll: " + std::string{next.entry->scheduled.dataset->name} + " at " +
                             format_timestamp(next.due.at));
            co_await keep_up();
            co_await sleep(next.due.at - clock_.now());
        }
    }
}

void PollLoop::reload(std::vector<ScheduledDataset> datasets)
{
    reloaded_ = std::move(datasets);
    wake();
}

void PollLoop::poll_now()
{
    poll_now_ = true;
    wake();
}

/// Puts into force what was asked for while the loop slept or polled.
void PollLoop::take_orders()
{
    woken_ = false;
    if (reloaded_) {
        auto const old = std::exchange(entries_, {});
        for (auto const& scheduled : *reloaded_) {
            auto const same = [&scheduled](Entry const& entry) {
                return entry.scheduled.dataset == scheduled.dataset && entry.manual;
            };
            entries_.push_back({scheduled, std::any_of(old.begin(), old.end(), same), std::nullopt, false});
        }
        reloaded_.reset();
    }
    if (std::exchange(poll_now_, false)) {
        for (auto& entry : entries_) entry.manual = true;
    }
}

PollLoop::Next PollLoop::earliest(Timestamp now)
{
    std::vector<Next> all;
    for (auto& entry : entries_) {
        all.push_back({&entry, due(entry, now)});
        if (observer_.planned) observer_.planned(*entry.scheduled.dataset, all.back().due.at);
    }
    // Of those that are overdue it is the turn of the one whose last poll is longest ago: where polls take longer than
    // the schedule of one dataset, that must not keep the others from theirs for ever.
    auto const order = [now](Next const& next) {
        return std::tuple{std::max(next.due.at, now), next.entry->turn, next.due.at};
    };
    return *std::min_element(all.begin(), all.end(),
                             [&order](Next const& a, Next const& b) { return order(a) < order(b); });
}

Due PollLoop::due(Entry& entry, Timestamp now)
{
    if (entry.manual) return {now, Trigger::manual};
    if (entry.unrecorded) {
        auto const retry = scheduled_due(entry, *entry.unrecorded, now);
        if (entry.repeat_unrecorded || retry.at > now) return retry;
    }
    try {
        return scheduled_due(entry, store_.history(*entry.scheduled.dataset), now);
    } catch (Error const& error) {
        remember_failure(entry, std::nullopt, error);
        auto const retry = scheduled_due(entry, *entry.unrecorded, now);
        report(entry, error, std::string{"cannot tell when it is due: "} + error.what(), retry.at);
        return retry;
    }
}

Due PollLoop::scheduled_due(Entry const& entry, PollHistory const& history, Timestamp now) const
{
    return next_due(entry.scheduled.schedule, history, now, jitter_seed(seed_, *entry.scheduled.dataset));
}

asio::awaitable<void> PollLoop::keep_up()
{
    if (upkeep_from_ && clock_.steady_now() < *upkeep_from_) co_return;
    upkeep_from_.reset();
    try {
        co_await upkeep_();
    } catch (Error const& error) {
        upkeep_from_ = clock_.steady_now() + pause_after_failed_upkeep;
        log_.write(LogEvent{LogLevel::warn, "upkeep_failed", error.what()}.with(error));
    }
}

asio::awaitable<void> PollLoop::sleep(std::chrono::milliseconds wait)
{
    using namespace asio::experimental::awaitable_operators;
    auto timed = clock_.sleep_for(std::min<std::chrono::milliseconds>(wait, longest_sleep));
    auto latched = woken();
    try {
        co_await (std::move(timed) || std::move(latched));
    } catch (asio::multiple_exceptions const& cancelled) {
        std::rethrow_exception(cancelled.first_exception());
    }
}

/// Ends after wake(). Cancelled, the next turn throws operation_aborted.
asio::awaitable<void> PollLoop::woken()
{
    while (!woken_) co_await latch_->async_wait(asio::as_tuple(asio::use_awaitable));
}

void PollLoop::wake()
{
    woken_ = true;
    if (latch_) latch_->cancel();
}

asio::awaitable<void> PollLoop::poll(Entry& entry, Trigger trigger)
{
    auto const& dataset = *entry.scheduled.dataset;
    notifier_.status("Polling " + std::string{dataset.name});
    entry.manual = false;
    entry.turn = ++turns_;
    auto const before = recorded(entry);
    try {
        co_await poll_(dataset, trigger);
        forget_unrecorded(entry);
    } catch (Error const& error) {
        take_failure(entry, before, error);
    }
}

void PollLoop::forget_unrecorded(Entry& entry)
{
    entry.unrecorded.reset();
    entry.repeat_unrecorded = false;
}

void PollLoop::take_failure(Entry& entry, std::optional<PollHistory> const& before, Error const& error)
{
    auto const after = recorded(entry);
    // An interrupted poll is one whose failure could not be written.
    if (before && after && !after->interrupted && after->failures > before->failures) {
        forget_unrecorded(entry);
        report(entry, error, error.what(), scheduled_due(entry, *after, clock_.now()).at);
    } else {
        remember_failure(entry, before, error);
        entry.repeat_unrecorded = true;
        report(entry, error, error.what(), scheduled_due(entry, *entry.unrecorded, clock_.now()).at);
    }
}

/// Nothing if the store fails: the poll around it reports that.
std::optional<PollHistory> PollLoop::recorded(Entry const& entry)
{
    try {
        return store_.history(*entry.scheduled.dataset);
    } catch (Error const&) {
        return std::nullopt;
    }
}

void PollLoop::remember_failure(Entry& entry, std::optional<PollHistory> const& before, Error const& error)
{
    if (!entry.unrecorded) entry.unrecorded = before.value_or(PollHistory{});
    auto& history = *entry.unrecorded;
    history.last_failure = clock_.now();
    ++history.failures;
    history.retry_after = error.retry_after();
    history.stopped = false;
    history.interrupted = false;
    history.cut_wait.reset();
}

void PollLoop::report(Entry const& entry, Error const& error, std::string const& detail, Timestamp next_try)
{
    log_.write(LogEvent{LogLevel::error, "poll_failed", detail}
                   .with("dataset", std::string{entry.scheduled.dataset->name})
                   .with(error)
                   .with("next_try", format_timestamp(next_try)));
    if (observer_.failed) observer_.failed(*entry.scheduled.dataset, error);
}

} // namespace usaged
