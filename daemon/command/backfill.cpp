#include "config/load_config.h"
#include "daemon/command/command.h"
#include "daemon/command/poll_report.h"
#include "daemon/command/progress_bar.h"
#include "daemon/command/service.h"
#include "daemon/command/stop_signal.h"
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

/// Whether rows of the snapshot are of that date, as far as its oldest and newest can tell.
bool holds_date(Snapshot const& snapshot, std::string const& date)
{
    return snapshot.data_from.substr(0, date.size()) <= date && date <= snapshot.data_to.substr(0, date.size());
}

/// Whether the answer is about the date: others may still be served.
bool refuses_date(Error const& error)
{
    return error.category() == ErrorCategory::http && (error.http_status() == 400 || error.http_status() == 404);
}

/// Whether the same is in store for every further date.
bool ends_all(Error const& error)
{
    switch (error.category()) {
    case ErrorCategory::auth:
    case ErrorCategory::config:
    case ErrorCategory::tls:
    case ErrorCategory::storage:
    case ErrorCategory::throttled:
    case ErrorCategory::locked:
        return true;
    case ErrorCategory::network:
    case ErrorCategory::http:
    case ErrorCategory::protocol:
    case ErrorCategory::data:
        break;
    }
    return false;
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

/// Polls each dataset for each date, oldest first. The exit status is that of the first failure.
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
            for (auto date = options_.from; date <= options_.to && !ended_; date += std::chrono::days{1}) {
                progress_(Progress{"dates", asked_, total_});
                co_await poll(*dataset, date);
                ++asked_;
            }
        }
        summarize();
    }

    int exit_status() const { return exit_status_; }

private:
    asio::awaitable<void> poll(Dataset const& dataset, std::chrono::sys_days date)
    {
        try {
            std::optional<std::chrono::sys_days> const asked{date};
            auto const result = co_await service_.poll().once(dataset, Trigger::backfill, asked);
            take(dataset, date_text(date), result);
        } catch (Error const& error) {
            if (refuses_date(error))
                say_not_served(dataset, date_text(date), error.what());
            else
                take_failure(dataset, date_text(date), error);
        }
    }

    void take(Dataset const& dataset, std::string const& date, PollResult const& result)
    {
        inserted_ += result.saved.inserted;
        changed_ += result.saved.changed;
        unchanged_ += result.saved.unchanged;
        if (result.token_store_error) fail(*result.token_store_error);
        if (result.snapshot.data_to.empty()) {
            say_not_served(dataset, date, "no rows");
        } else if (!holds_date(result.snapshot, date)) {
            say_not_served(dataset, date,
                           "the server answers with data of " + result.snapshot.data_to.substr(0, date.size()));
        } else {
            ++served_;
            say(dataset, date, poll_report(result));
        }
    }

    void take_failure(Dataset const& dataset, std::string const& date, Error const& error)
    {
        ++failed_;
        ended_ = ends_all(error);
        fail(error);
        log_.write(LogEvent{LogLevel::error, "poll_failed", error.what()}
                       .with("dataset", std::string{dataset.name})
                       .with("date", date)
                       .with(error));
    }

    void say_not_served(Dataset const& dataset, std::string const& date, std::string const& why)
    {
        ++not_served_;
        say(dataset, date, "no longer served (" + why + ")");
    }

    void say(Dataset const& dataset, std::string const& date, std::string const& what)
    {
        bar_.clear();
        std::cout << dataset.name << " " << date << ": " << what << std::endl;
    }

    void summarize()
    {
        bar_.clear();
        std::cout << "backfill: " << counted(served_, "date") << " served, " << not_served_ << " no longer served, "
                  << failed_ << " failed";
        if (asked_ < total_) std::cout << ", " << total_ - asked_ << " not asked for";
        std::cout << "; rows: " << inserted_ << " inserted, " << changed_ << " changed, " << unchanged_ << " unchanged"
                  << std::endl;
    }

    void fail(Error const& error)
    {
        if (exit_status_ == 0) exit_status_ = usaged::exit_status(error.category());
    }

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
    bool ended_ = false;
    int exit_status_ = 0;
};

} // namespace

int backfill(GlobalOptions const& options, BackfillOptions const& backfill_options)
{
    auto const config = load_config(options.config_file);
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
    return signal != 0 ? 128 + signal : backfill.exit_status();
}

} // namespace usaged
