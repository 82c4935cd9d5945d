#include "config/load_config.h"
#include "daemon/auth/token_file.h"
#include "daemon/command/command.h"
#include "daemon/command/monitor.h"
#include "daemon/command/service.h"
#include "daemon/command/stop_signal.h"
#include "daemon/poll/poll_loop.h"
#include "daemon/poll/service_notifier.h"
#include "daemon/poll/system_clock.h"
#include "storage/instance_lock.h"
#include "storage/sqlite_store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <csignal>
#include <malloc.h>

namespace usaged {

namespace asio = boost::asio;

namespace {

std::vector<ScheduledDataset> scheduled(Config const& config)
{
    std::vector<ScheduledDataset> out;
    for (auto const& each : config.datasets) out.push_back(ScheduledDataset{each.dataset, each.schedule});
    return out;
}

/// A large snapshot, stored or given up, must not stay in the memory of an idle daemon.
struct TrimAtEnd {
    TrimAtEnd() = default;
    TrimAtEnd(TrimAtEnd const&) = delete;
    TrimAtEnd& operator=(TrimAtEnd const&) = delete;
    ~TrimAtEnd() { ::malloc_trim(0); }
};

/// The parts of the daemon, and what the signals do with them.
class Daemon {
public:
    Daemon(GlobalOptions const& options, Config config)
        : options_{options}, config_{std::move(config)}, log_{make_log(config_, options.log_level, options.log_format)},
          lock_{config_.state_dir, config_.storage.sqlite_path}, store_{config_.storage.sqlite_path},
          clock_{context_.get_executor()}, monitor_{make_monitor()}, service_{make_service(config_, nullptr)},
          loop_{store_,
                clock_,
                log_,
                notifier_,
                scheduled(config_),
                installation_seed(config_),
                [this](Dataset const& dataset, Trigger trigger) { return poll(dataset, trigger); },
                [this] { return renew_refresh_token(); },
                monitor_ ? monitor_->observer() : LoopObserver{}}
    {
    }

    int run()
    {
        log_.write(LogEvent{LogLevel::info, "started", "usaged " + version_number()}
                       .with("database", config_.storage.sqlite_path.string())
                       .with("datasets", static_cast<std::int64_t>(config_.datasets.size())));
        spawn(keep_watchdog(notifier_, clock_));
        spawn(obey_signals());
        if (monitor_) spawn(monitor_->serve());
        notifier_.ready();
        if (signed_in_since_failure()) loop_.poll_now();
        stop_.run(loop_.run(), [this] { say_stopping(); });
        log_.write(LogEvent{LogLevel::info, "stopped", {}});
        return 0;
    }

private:
    /// Whether a refresh token came, from a person's sign-in, after the last poll of a dataset had failed: what kept it
    /// from success may be over, and the person who starts usaged again waits for it. A wait that the server asked for
    /// is kept.
    bool signed_in_since_failure()
    {
        try {
            auto const token = TokenFile{config_.state_dir / "refresh_token"}.load();
            auto const came = token ? parse_timestamp(token->obtained_at) : std::nullopt;
            return came && std::ranges::any_of(config_.datasets, [&](DatasetSettings const& each) {
                       auto const history = store_.history(*each.dataset);
                       return history.last_failure && *came > *history.last_failure && !history.retry_after;
                   });
        } catch (Error const&) {
            return false; // the poll that needs it says so
        }
    }

    std::unique_ptr<Monitor> make_monitor()
    {
        if (!config_.metrics.listen) return nullptr;
        return std::make_unique<Monitor>(context_.get_executor(), config_, clock_);
    }

    std::shared_ptr<Service> make_service(Config const& config, std::shared_ptr<TokenSource> tokens)
    {
        return std::make_shared<Service>(config, context_.get_executor(), &store_, clock_, log_, std::move(tokens),
                                         ProgressObserver{}, monitor_ ? &monitor_->metrics() : nullptr);
    }

    /// A coroutine that serves the loop. What it throws ends the daemon.
    void spawn(asio::awaitable<void> work)
    {
        asio::co_spawn(context_, std::move(work), [](std::exception_ptr const& thrown) {
            if (thrown) std::rethrow_exception(thrown);
        });
    }

    void say_stopping()
    {
        notifier_.stopping();
        log_.write(LogEvent{LogLevel::info, "stopping", {}});
    }

    asio::awaitable<void> obey_signals()
    {
        for (;;) {
            auto const number = co_await orders_.async_wait(asio::use_awaitable);
            if (number == SIGHUP)
                reload();
            else
                loop_.poll_now();
        }
    }

    /// A poll in hand keeps the service that it began with.
    asio::awaitable<void> poll(Dataset const& dataset, Trigger trigger)
    {
        TrimAtEnd const trim;
        auto const service = service_;
        auto const started = clock_.steady_now();
        auto const took = [&] {
            return std::chrono::duration_cast<std::chrono::milliseconds>(clock_.steady_now() - started);
        };
        try {
            auto const result = co_await service->poll().once(dataset, trigger);
            if (monitor_) monitor_->poll_stored(dataset, result, took());
        } catch (Error const&) {
            if (monitor_) {
                monitor_->poll_failed(dataset, took());
                monitor_->token_stored(service->tokens().store_error());
            }
            throw;
        }
    }

    asio::awaitable<void> renew_refresh_token()
    {
        auto const service = service_;
        co_await service->renew_refresh_token();
        if (monitor_) monitor_->token_stored(service->tokens().store_error());
    }

    void reload()
    {
        notifier_.reloading();
        try {
            auto config = load_config(options_.config_file);
            if (config.storage.sqlite_path != config_.storage.sqlite_path || config.state_dir != config_.state_dir ||
                config.log.format != config_.log.format || config.metrics.listen != config_.metrics.listen)
                throw Error{
                    ErrorCategory::config,
                    "storage.sqlite.path, state_dir, log.format and metrics.listen cannot change while usaged runs",
                    "Restart usaged."};
            require_credentials(config);
            auto tokens = token_settings(config) == token_settings(config_) ? service_->share_tokens() : nullptr;
            service_ = make_service(config, std::move(tokens));
            config_ = std::move(config);
            log_.level(options_.log_level.value_or(config_.log.level));
            loop_.reload(scheduled(config_));
            if (monitor_) monitor_->reload(config_);
            log_.write(LogEvent{LogLevel::info, "config_reloaded", options_.config_file.string()});
        } catch (Error const& error) {
            log_.write(LogEvent{LogLevel::error, "config_rejected", error.what()}.with(error));
        }
        notifier_.ready();
    }

    GlobalOptions const& options_;
    Config config_;
    asio::io_context context_{1};
    StopSignal stop_{context_};
    asio::signal_set orders_{context_, SIGHUP, SIGUSR1};
    Log log_;
    InstanceLock lock_;
    SqliteStore store_;
    SystemClock clock_;
    ServiceNotifier notifier_;
    std::unique_ptr<Monitor> monitor_; ///< nothing: nobody is to see metrics
    std::shared_ptr<Service> service_;
    PollLoop loop_;
};

} // namespace

int run(GlobalOptions const& options)
{
    auto config = load_config(options.config_file);
    require_credentials(config);
    Daemon daemon{options, std::move(config)};
    return daemon.run();
}

} // namespace usaged
