#pragma once

#include "daemon/command/standing.h"
#include "daemon/log/log.h"
#include "daemon/metrics/metrics.h"
#include "daemon/metrics/metrics_settings.h"
#include "daemon/net/http_listener.h"
#include "daemon/poll/clock.h"
#include "daemon/poll/dataset_poll.h"
#include "daemon/poll/poll_loop.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <chrono>
#include <string>

namespace usaged {

/// Shows those who watch it how the daemon is: `/metrics` for Prometheus, and `/healthz`, which is 200 while every
/// dataset is polled with success and 503, with the reason, while one is not.
class Monitor {
public:
    /// Listens where `config.metrics.listen` says, which is set. Borrows the clock.
    /// Throws Error with ErrorCategory::config if that address cannot be had.
    Monitor(boost::asio::any_io_executor const& executor, Config const& config, Clock const& clock);

    /// Answers until cancelled.
    boost::asio::awaitable<void> serve();

    Metrics& metrics() { return metrics_; }

    /// The configuration has changed, but for `metrics.listen`.
    void reload(Config const& config);

    /// What the loop and its polls tell.
    LoopObserver observer();
    void poll_stored(Dataset const& dataset, PollResult const& result, std::chrono::milliseconds duration);
    void poll_failed(Dataset const& dataset, std::chrono::milliseconds duration);

    /// Why the newest refresh token is not stored, or that it is: after a poll and after the upkeep in between.
    void token_stored(std::optional<Error> const& store_error);

    /// What a client gets. Public for tests.
    ListenerReply answer(ListenerRequest const& request) const;

private:
    ListenerReply health() const;

    MetricsSettings settings_;
    std::string own_name_;
    Clock const& clock_;
    HttpListener listener_;
    Metrics metrics_;
    Standing standing_;
};

} // namespace usaged
