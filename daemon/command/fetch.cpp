#include "config/load_config.h"
#include "daemon/command/command.h"
#include "daemon/command/failure.h"
#include "daemon/command/memory_pages.h"
#include "daemon/command/row_printer.h"
#include "daemon/command/service.h"
#include "daemon/command/stop_signal.h"
#include "daemon/poll/system_clock.h"
#include "storage/instance_lock.h"
#include "storage/sqlite_store.h"

#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <iostream>
#include <optional>

namespace usaged {

namespace asio = boost::asio;

namespace {

std::vector<Dataset const*> chosen(Config const& config, std::vector<std::string> const& names)
{
    std::vector<Dataset const*> out;
    for (auto const& each : config.datasets)
        if (names.empty() || std::find(names.begin(), names.end(), each.dataset->name) != names.end())
            out.push_back(each.dataset);
    for (auto const& name : names) {
        auto const is_it = [&](Dataset const* dataset) { return dataset->name == name; };
        if (std::none_of(out.begin(), out.end(), is_it))
            throw UsageError{"the dataset " + printable(name) +
                             " is not configured; the configuration names the datasets "
                             "to fetch under `datasets`"};
    }
    return out;
}

std::string counted(std::int64_t rows)
{
    return std::to_string(rows) + (rows == 1 ? " row" : " rows");
}

std::string dates(Snapshot const& snapshot)
{
    if (snapshot.data_to.empty()) return {};
    if (snapshot.data_from == snapshot.data_to) return ", data of " + snapshot.data_to;
    return ", data of " + snapshot.data_from + " to " + snapshot.data_to;
}

/// Polls each dataset, whatever the others come to. The exit status is that of the first failure.
class Fetch {
public:
    Fetch(Service& service, Clock& clock, Log& log, FetchOptions const& options)
        : service_{service}, clock_{clock}, log_{log}, options_{options}
    {
    }

    asio::awaitable<void> run(std::vector<Dataset const*> datasets)
    {
        for (auto const* dataset : datasets) {
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
        auto const& saved = result.saved;
        std::cout << dataset.name << ": " << to_string(saved.outcome) << ", " << counted(result.snapshot.rows) << ": "
                  << saved.inserted << " inserted, " << saved.changed << " changed, " << saved.unchanged << " unchanged"
                  << dates(result.snapshot) << std::endl;
        if (result.token_store_error) fail(*result.token_store_error);
    }

    asio::awaitable<void> try_out(Dataset const& dataset)
    {
        auto const transport = service_.make_transport();
        MemoryPages pages;
        auto const random = make_random();
        SnapshotFetch fetch{*transport, service_.tokens(),         pages,  clock_,
                            log_,       service_.fetch_settings(), random, reported_fields_};
        auto const snapshot = co_await fetch.fetch(dataset);
        auto const degraded = judge(service_.guards(), snapshot, std::nullopt, clock_.now());
        if (!degraded.empty())
            log_.write(LogEvent{LogLevel::warn, "poll_degraded", degraded}.with("dataset", std::string{dataset.name}));
        // With rows on standard output, that is no place for words.
        auto& out = options_.output.empty() ? std::cout : std::cerr;
        out << dataset.name << ": dry run, " << counted(snapshot.rows) << dates(snapshot) << ", nothing stored"
            << std::endl;
        if (!options_.output.empty()) print(dataset, snapshot, pages);
        if (auto const& error = service_.tokens().store_error()) fail(*error);
    }

    void print(Dataset const& dataset, Snapshot const& snapshot, MemoryPages& pages)
    {
        auto const printer = make_row_printer(options_.output, dataset, std::cout);
        PageDecoder decoder{dataset, service_.fetch_settings().rules};
        for (std::size_t number = 0; number < snapshot.pages.size(); ++number) {
            auto const body = pages.get(number, snapshot.pages[number]);
            decoder.decode(body, [&](Row const& row) { printer->row(row); });
        }
        printer->finish();
        std::cout.flush();
    }

    void fail(Error const& error)
    {
        if (exit_status_ == 0) exit_status_ = usaged::exit_status(error.category());
    }

    Service& service_;
    Clock& clock_;
    Log& log_;
    FetchOptions const& options_;
    std::set<std::string> reported_fields_;
    int exit_status_ = 0;
};

} // namespace

int fetch(GlobalOptions const& options, FetchOptions const& fetch_options)
{
    auto const config = load_config(options.config_file);
    auto const datasets = chosen(config, fetch_options.datasets);
    require_credentials(config);
    auto log = make_log(config, options.log_level, options.log_format);
    // The lock is for the refresh token too, which a dry run redeems.
    InstanceLock const lock{config.state_dir, config.storage.sqlite_path};
    std::optional<SqliteStore> store;
    if (!fetch_options.dry_run) store.emplace(config.storage.sqlite_path);

    asio::io_context context{1};
    StopSignal stop{context};
    SystemClock clock{context.get_executor()};
    Service service{config, context.get_executor(), store ? &*store : nullptr, clock, log};
    Fetch fetch{service, clock, log, fetch_options};
    auto const signal = stop.run(fetch.run(datasets), [] {});
    // As a shell says it: the poll was not made, so this is no success.
    return signal != 0 ? 128 + signal : fetch.exit_status();
}

} // namespace usaged
