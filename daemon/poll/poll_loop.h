#pragma once

#include "daemon/log/log.h"
#include "daemon/poll/clock.h"
#include "daemon/poll/schedule.h"
#include "daemon/poll/service_notifier.h"
#include "storage/snapshot_store.h"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// What the loop tells as it goes. Empty where nobody wants to know.
struct LoopObserver {
    /// When the dataset is due. Called whenever that is computed: must be cheap.
    std::function<void(Dataset const&, Timestamp)> planned;
    /// With every line `poll_failed`.
    std::function<void(Dataset const&, Error const&)> failed;
};

struct ScheduledDataset {
    Dataset const* dataset;
    ScheduleSettings schedule;
};

/// What next_due draws the jitter of one dataset of an installation from.
std::string jitter_seed(std::string_view installation, Dataset const& dataset);

/// Polls each dataset when it is due, one at a time, for ever. No Error ends it: a failed poll is one error line, and
/// is tried again as next_due says. While the store cannot tell or keep how polls went, the loop backs off by what it
/// remembers itself. In between it looks after what must be done however rarely polls are due.
///
/// All of it runs on the executor of run(), whose io_context has to live longer than this object; so do the referees.
class PollLoop {
public:
    /// One poll of a dataset. Throws the Error that it failed with, recorded in the store but not reported.
    using Poll = std::function<boost::asio::awaitable<void>(Dataset const&, Trigger)>;

    /// Done between polls, every few minutes: must be cheap when there is nothing to do. An Error that it throws is one
    /// warning, after which it is left alone for some hours.
    using Upkeep = std::function<boost::asio::awaitable<void>()>;

    /// `datasets` holds at least one. `seed` names the installation.
    PollLoop(SnapshotStore& store, Clock& clock, Log& log, ServiceNotifier& notifier,
             std::vector<ScheduledDataset> datasets, std::string seed, Poll poll, Upkeep upkeep,
             LoopObserver observer = {});

    /// Until cancelled: then it ends with boost::system::system_error operation_aborted.
    boost::asio::awaitable<void> run();

    /// From now on these datasets and schedules; a poll in hand is finished first. At least one.
    void reload(std::vector<ScheduledDataset> datasets);

    /// Polls every dataset once more, with Trigger::manual, after a poll in hand.
    void poll_now();

private:
    struct Entry {
        ScheduledDataset scheduled;
        bool manual = false;                   ///< asked for by poll_now, not begun yet
        std::optional<PollHistory> unrecorded; ///< how things stand while the store cannot tell or keep it
        bool repeat_unrecorded = false; ///< a poll failed of which the store knows nothing: it has to be made again
        std::uint64_t turn = 0;         ///< the number of its last poll among all of this loop
    };
    struct Next {
        Entry* entry;
        Due due;
    };

    void take_orders();
    Next earliest(Timestamp now);
    Due due(Entry& entry, Timestamp now);
    Due scheduled_due(Entry const& entry, PollHistory const& history, Timestamp now) const;
    boost::asio::awaitable<void> keep_up();
    boost::asio::awaitable<void> sleep(std::chrono::milliseconds wait);
    boost::asio::awaitable<void> woken();
    void wake();

    boost::asio::awaitable<void> poll(Entry& entry, Trigger trigger);
    static void forget_unrecorded(Entry& entry);
    void take_failure(Entry& entry, std::optional<PollHistory> const& before, Error const& error);
    std::optional<PollHistory> recorded(Entry const& entry);
    void remember_failure(Entry& entry, std::optional<PollHistory> const& before, Error const& error);
    void report(Entry const& entry, Error const& error, std::string const& detail, Timestamp next_try);

    SnapshotStore& store_;
    Clock& clock_;
    Log& log_;
    ServiceNotifier& notifier_;
    std::vector<Entry> entries_;
    std::string seed_;
    Poll poll_;
    Upkeep upkeep_;
    LoopObserver observer_;
    std::optional<std::chrono::steady_clock::time_point> upkeep_from_; ///< not before, after a failure

    std::uint64_t turns_ = 0; ///< polls made

    std::optional<std::vector<ScheduledDataset>> reloaded_;
    bool poll_now_ = false;
    bool woken_ = false;
    std::optional<boost::asio::steady_timer> latch_; ///< never expires; cancelled by wake()
};

} // namespace usaged
