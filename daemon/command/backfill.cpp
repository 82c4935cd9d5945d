#include "daemon/command/command.h"
#include "daemon/command/counted.h"
#include "daemon/command/owner.h"
#include "daemon/command/poll_report.h"
#include "daemon/command/progress_bar.h"
#include "daemon/command/service.h"
#include "daemon/command/stop_signal.h"
#include "daemon/fault/classify.h"
#include "daemon/poll/system_clock.h"
#include "storage/instance_lock.h"
#include "storage/sqlite_store.h"

#include <boost/asio/io_context.hpp>

#include <iostream>

namespace usaged {

namespace asio = boost::asio;

namespace {

std::string date_text(std::chrono::sys_days date)
{
    return format_timestamp(date).substr(0, 10);
}

bool is_of_date(Snapshot const& snapshot, std::string const& date)
{
    return snapshot.data_from.starts_with(date) && snapshot.data_to.starts_with(date);
}

/// Whether the answer may be about the date. (A path that is not there is not about it.)
bool refuses_date(Error const& error)
{
    return error.category() == ErrorCategory::http && (error.http_status() == 400 || error.http_status() == 404) &&
           !is_plain_not_found(error);
}

/// How far an error reaches.
enum class Reach {
    date,           ///< another date may be well
    while_it_lasts, ///< the server or the way to it: no date is well as long as it lasts
    run,            ///< the same is in store for every further date
};

Reach reach(ErrorCategory category)
{
    switch (category) {
    case ErrorCategory::data:
        return Reach::date;
    case ErrorCategory::network:
    case ErrorCategory::http:
    case ErrorCategory::protocol:
        return Reach::while_it_lasts;
    case ErrorCategory::auth:
    case ErrorCategory::config:
    case ErrorCategory::tls:
    case ErrorCategory::storage:
    case ErrorCategory::throttled:
    case ErrorCategory::locked:
        break;
    }
    return Reach::run;
}

/// The datasets that take a date.
std::vector<Dataset const*> dated_datasets(Config const& config, std::vector<std::string> const& names)
{
    std::vector<Dataset const*> out;
    for (auto const* dataset : chosen_datasets(config, names, "backfill")) {
        if (dataset->collection == Collection::commercial)
            out.push_back(dataset);
        else if (!names.empty())
            throw UsageError{"Partner Center serves " + std::string{dataset->name} +
                             " as it is now, without a date; licenses_usage and licenses_deployment can be backfilled"};
    }
    if (out.empty())
        throw UsageError{"the configuration has no dataset that Partner Center serves by date: licenses_usage and "
                         "licenses_deployment"};
    return out;
}

/// Polls each dataset for each date, newest first: that is the one that the server is most likely to answer, and a
/// refusal is about its date only if another one is answered. The exit status is that of the first failure.
class Backfill {
public:
    Backfill(Service& service, Log& log, ProgressBar& bar, BackfillOptions const& options)
        : service_{service}, log_{log}, progress_{bar.observer()}, bar_{bar}, options_{options}
    {
    }

    asio::awaitable<void> run(std::vector<Dataset const*> datasets)
    {
        auto const dates = (options_.to - options_.from).count() + 1;
        total_ = dates * static_cast<std::int64_t>(datasets.size());
        for (auto const* dataset : datasets) {
            if (!ended_) co_await run(*dataset);
        }
    }

    /// Also after a run that was cut short.
    void summarize()
    {
        fail_refused();
        bar_.clear();
        std::cout << "backfill: " << counted(served_, "date") << " served, " << not_served_ << " not served, "
                  << failed_ << " failed";
        if (auto const cut_short = asked_ - served_ - not_served_ - failed_; cut_short > 0)
            std::cout << ", " << cut_short << " cut short";
        if (asked_ < total_) std::cout << ", " << total_ - asked_ << " not asked for";
        std::cout << "; rows: " << inserted_ << " inserted, " << changed_ << " changed, " << unchanged_ << " unchanged"
                  << std::endl;
    }

    int exit_status() const { return exit_status_; }

private:
    struct Refusal {
        Dataset const& dataset;
        std::string date;
        Error error;
    };

    asio::awaitable<void> run(Dataset const& dataset)
    {
        answered_ = false;
        failed_in_a_row_ = 0;
        for (auto date = options_.to; date >= options_.from && !ended_; date -= std::chrono::days{1}) {
            if (failed_in_a_row_ == most_failures) {
                say(dataset, ": the last " + counted(most_failures, "date") + " failed, so no older one is asked for");
                break;
            }
            progress_(Progress{"dates", asked_, total_});
            ++asked_;
            co_await poll(dataset, date);
        }
        fail_refused();
    }

    asio::awaitable<void> poll(Dataset const& dataset, std::chrono::sys_days date)
    {
        try {
            std::optional<std::chrono::sys_days> const asked{date};
            auto const result = co_await service_.poll().once(dataset, Trigger::backfill, asked);
            take_answer();
            take(dataset, date_text(date), result);
        } catch (Error const& error) {
            take_error({dataset, date_text(date), error});
        }
    }

    /// Refusals until then were about their dates.
    void take_answer()
    {
        answered_ = true;
        failed_in_a_row_ = 0;
        for (auto const& each : refused_) say_not_served(each.dataset, each.date, each.error.what());
        refused_.clear();
    }

    void take(Dataset const& dataset, std::string const& date, PollResult const& result)
    {
        auto const& snapshot = result.snapshot;
        inserted_ += result.saved.inserted;
        changed_ += result.saved.changed;
        unchanged_ += result.saved.unchanged;
        if (result.token_store_error) fail(*result.token_store_error);
        if (snapshot.data_to.empty()) {
            say_not_served(dataset, date, "no rows");
        } else if (is_of_date(snapshot, date)) {
            ++served_;
            say(dataset, " " + date + ": " + poll_report(result));
        } else {
            auto const from = snapshot.data_from.substr(0, date.size());
            auto const to = snapshot.data_to.substr(0, date.size());
            say_not_served(dataset, date, "the server answers with data of " + (from == to ? to : from + " to " + to));
        }
    }

    void take_error(Refusal refusal)
    {
        auto const far = reach(refusal.error.category());
        ended_ = far == Reach::run;
        if (refuses_date(refusal.error) && answered_) {
            failed_in_a_row_ = 0;
            say_not_served(refusal.dataset, refusal.date, refusal.error.what());
            return;
        }
        failed_in_a_row_ = far == Reach::while_it_lasts ? failed_in_a_row_ + 1 : 0;
        if (refuses_date(refusal.error))
            refused_.push_back(std::move(refusal));
        else
            take_failure(refusal);
    }

    void fail_refused()
    {
        for (auto const& each : refused_) take_failure(each);
        refused_.clear();
    }

    void take_failure(Refusal const& refusal)
    {
        ++failed_;
        fail(refusal.error);
        log_.write(LogEvent{LogLevel::error, "poll_failed", refusal.error.what()}
                       .with("dataset", std::string{refusal.dataset.name})
                       .with("date", refusal.date)
                       .with(refusal.error));
    }

    void say_not_served(Dataset const& dataset, std::string const& date, std::string const& why)
    {
        ++not_served_;
        say(dataset, " " + date + ": not served (" + why + ")");
    }

    void say(Dataset const& dataset, std::string const& what)
    {
        bar_.clear();
        std::cout << dataset.name << what << std::endl;
    }

    void fail(Error const& error)
    {
        if (exit_status_ == 0) exit_status_ = usaged::exit_status(error.category());
    }

    static constexpr int most_failures = 3; ///< one after the other, before a dataset is given up

    Service& service_;
    Log& log_;
    ProgressObserver progress_;
    ProgressBar& bar_;
    BackfillOptions const& options_;
    std::int64_t total_ = 0; ///< polls to be made, of a dataset and a date each
    std::int64_t asked_ = 0;
    std::int64_t served_ = 0;
    std::int64_t not_served_ = 0;
    std::int64_t failed_ = 0;
    std::int64_t inserted_ = 0;
    std::int64_t changed_ = 0;
    std::int64_t unchanged_ = 0;
    bool answered_ = false;        ///< a date of the present dataset
    int failed_in_a_row_ = 0;      ///< dates of the present dataset, to an outage or a refusal
    std::vector<Refusal> refused_; ///< of the present dataset, as long as none of its dates is answered
    bool ended_ = false;
    int exit_status_ = 0;
};

} // namespace

int backfill(GlobalOptions const& options, BackfillOptions const& backfill_options)
{
    auto const config = load_config_as_owner(options.config_file);
    auto const datasets = dated_datasets(config, backfill_options.datasets);
    require_credentials(config);
    auto log = make_log(config, options.log_level, options.log_format);
    InstanceLock const lock{config.state_dir, config.storage.sqlite_path};
    SqliteStore store{config.storage.sqlite_path};

    asio::io_context context{1};
    StopSignal stop{context};
    SystemClock clock{context.get_executor()};
    ProgressBar bar{"backfill", log};
    Service service{config, context.get_executor(), &store, clock, log};
    Backfill backfill{service, log, bar, backfill_options};
    auto const signal = stop.run(backfill.run(datasets), [] {});
    backfill.summarize();
    return signal != 0 ? 128 + signal : backfill.exit_status();
}

} // namespace usaged
