#pragma once

#include "config/config.h"
#include "daemon/auth/token_source.h"
#include "daemon/metrics/measured_transport.h"
#include "daemon/metrics/metrics.h"
#include "daemon/poll/clock.h"
#include "daemon/poll/dataset_poll.h"
#include "storage/snapshot_store.h"

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace usaged {

/// What a command builds out of the configuration to make polls. Borrows the references.
class Service {
public:
    /// `store` may be nullptr: a dry run writes nothing to the database. `tokens` are taken over from an earlier
    /// service whose settings were the same, so that a reload loses no token; nullptr makes new ones. `progress` is
    /// told how polls go on, `metrics` of every request.
    Service(Config const& config, boost::asio::any_io_executor executor, SnapshotStore* store, Clock& clock, Log& log,
            std::shared_ptr<TokenSource> tokens = nullptr, ProgressObserver progress = {}, Metrics* metrics = nullptr);
    Service(Service const&) = delete; // its polls ask it for transports
    Service& operator=(Service const&) = delete;
    ~Service() = default;

    TokenSource& tokens() { return *tokens_; }
    std::shared_ptr<TokenSource> share_tokens() const { return tokens_; }

    /// Only with a store.
    DatasetPoll& poll() { return *poll_; }

    /// Redeems the refresh token if nothing has for a week, so that it does not lapse. Throws as TokenSource::renew.
    /// Only with a store.
    boost::asio::awaitable<void> renew_refresh_token();

    std::unique_ptr<HttpTransport> make_transport() const;
    FetchSettings const& fetch_settings() const { return settings_.fetch; }
    GuardSettings const& guards() const { return settings_.guards; }

    /// What the configuration says about how the dataset is asked for.
    DatasetQuery query(Dataset const& dataset) const;

private:
    boost::asio::any_io_executor executor_;
    HttpSettings http_;
    PollSettings settings_;
    SnapshotStore* store_;
    Clock& clock_;
    Log& log_;
    Metrics* metrics_;
    EndpointAddresses addresses_;
    std::shared_ptr<TokenSource> tokens_;
    std::unique_ptr<DatasetPoll> poll_;
};

/// Reads every credential and looks for the trusted roots and revocation lists that the configuration names, to find
/// out at start rather than at the first poll that one is missing or has expired. Throws Error with
/// ErrorCategory::config.
void require_credentials(Config const& config);

/// What the token source has to know, out of the configuration.
TokenSettings token_settings(Config const& config);

/// A random number in [0, 1) for the jitter of retries.
Retry::Random make_random();

/// What the jitter of the schedule is drawn from: different for each installation, the same after a restart.
std::string installation_seed(Config const& config);

/// The log as options and configuration have it.
Log make_log(Config const& config, std::optional<LogLevel> level, std::optional<LogFormat> format);

} // namespace usaged
