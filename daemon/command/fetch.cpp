#include "daemon/command/command.h"
#include "daemon/command/counted.h"
#include "daemon/command/failure.h"
#include "daemon/command/memory_pages.h"
#include "daemon/command/owner.h"
#include "daemon/command/poll_report.h"
#include "daemon/command/progress_bar.h"
#include "daemon/command/row_printer.h"
#include "daemon/command/service.h"
#include "daemon/command/stop_signal.h"
#include "daemon/poll/system_clock.h"
#include "storage/instance_lock.h"
#include "storage/sqlite_store.h"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <iostream>
#include <optional>

namespace usaged {

namespace asio = boost::asio;

namespace {

/// Polls each dataset, whatever the others come to. The exit status is that of the first failure.
class Fetch {
public:
    Fetch(Service& service, Clock& clock, Log& log, ProgressBar& bar, FetchOptions const& options)
        : service_{service}, clock_{clock}, log_{log}, bar_{bar}, options_{options}
    {
    }

    asio::awaitable<void> run(std::vector<Dataset const*> datasets)
    {
        for (auto const* dataset : datasets) {
            bar_.begin(std::string{dataset->name});
            try {
                if (options_.dry_run)
                    co_await try_out(*dataset);
                else
                    co_await poll(*dataset);
            } catch (Error const& error) {
                fail(error);
                log_.write(LogEvent{LogLevel::error, "poll_failed", error.what()}
                               .with("dataset", std::string{dataset->name})
                               .with(error));
            }
        }
    }

    int exit_status() const { return exit_status_; }

private:
    asio::awaitable<void> poll(Dataset const& dataset)
    {
        auto const result = co_await service_.poll().once(dataset, Trigger::manual);
        bar_.clear();
        std::cout << dataset.name << ": " << poll_report(result) << data_dates(result.snapshot) << std::endl;
        if (result.token_store_error) fail(*result.token_store_error);
    }

    asio::awaitable<void> try_out(Dataset const& dataset)
    {
        auto const transport = service_.make_transport();
        MemoryPages pages;
        ApiClient api{*transport, service_.tokens(), clock_, log_, service_.fetch_settings(), make_random()};
        SnapshotFetch fetch{api, pages, log_, service_.fetch_settings(), known_paths_, bar_.observer()};
        auto const query = service_.query(dataset);
        std::optional<std::chrono::sys_days> const newest;
        auto const snapshot = co_await fetch.fetch(dataset, query, newest);
        for (auto const& field : snapshot.unknown_fields) log_.write(unknown_field(dataset, field));
        auto const degraded = judge(service_.guards(), snapshot, std::nullopt, clock_.now());
        if (!degraded.empty())
            log_.write(LogEvent{LogLevel::warn, "poll_degraded", degraded}.with("dataset", std::string{dataset.name}));
        bar_.clear();
        // With rows on standard output, that is no place for words.
        auto& out = options_.output.empty() ? std::cout : std::cerr;
        out << dataset.name << ": dry run, " << counted(snapshot.rows, "row") << customers_left_out(snapshot)
            << data_dates(snapshot) << ", nothing stored" << std::endl;
        if (!options_.output.empty()) print(dataset, snapshot, pages);
        if (auto const& error = service_.tokens().store_error()) fail(*error);
    }

    void print(Dataset const& dataset, Snapshot const& snapshot, MemoryPages& pages)
    {
        auto const printer = make_row_printer(options_.output, dataset, std::cout);
        if (printer->measures()) walk(dataset, snapshot, pages, [&](Row const& row) { printer->measure(row); });
        walk(dataset, snapshot, pages, [&](Row const& row) { printer->row(row); });
        printer->finish();
        std::cout.flush();
    }

    void walk(Dataset const& dataset, Snapshot const& snapshot, MemoryPages& pages, RowVisitor const& visit)
    {
        PageDecoder decoder{dataset, service_.fetch_settings().rules};
        for (std::size_t number = 0; number < snapshot.pages.size(); ++number) {
            auto const& page = snapshot.pages[number];
            decoder.decode(pages.get(number, page), page.scope, visit);
        }
    }

    void fail(Error const& error)
    {
        if (exit_status_ == 0) exit_status_ = usaged::exit_status(error.category());
    }

    Service& service_;
    Clock& clock_;
    Log& log_;
    ProgressBar& bar_;
    FetchOptions const& options_;
    KnownPaths known_paths_;
    int exit_status_ = 0;
};

} // namespace

int fetch(GlobalOptions const& options, FetchOptions const& fetch_options)
{
    auto const config = load_config_as_owner(options.config_file);
    auto const datasets = chosen_datasets(config, fetch_options.datasets, "fetch");
    if ((fetch_options.output == "csv" || fetch_options.output == "json") && datasets.size() > 1)
        throw UsageError{"--output " + fetch_options.output +
                         " makes one document, of one dataset: name it, as in `usaged fetch " +
                         std::string{datasets.front()->name} + " --dry-run --output " + fetch_options.output + "`"};
    require_credentials(config);
    auto log = make_log(config, options.log_level, options.log_format);
    // The lock is for the refresh token too, which a dry run redeems.
    InstanceLock const lock{config.state_dir, config.storage.sqlite_path};
    std::optional<SqliteStore> store;
    if (!fetch_options.dry_run) store.emplace(config.storage.sqlite_path);

    asio::io_context context{1};
    StopSignal stop{context};
    SystemClock clock{context.get_executor()};
    ProgressBar bar{"fetch", log};
    Service service{config, context.get_executor(), store ? &*store : nullptr, clock, log, nullptr, bar.observer()};
    Fetch fetch{service, clock, log, bar, fetch_options};
    auto const signal = stop.run(fetch.run(datasets), [] {});
    // As a shell says it: the poll was not made, so this is no success.
    return signal != 0 ? 128 + signal : fetch.exit_status();
}

} // namespace usaged
