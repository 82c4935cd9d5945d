#include "daemon/command/service.h"

#include "daemon/auth/client_assertion.h"
#include "daemon/command/command.h"
#include "daemon/net/trust_files.h"
#include "daemon/poll/token_renewal.h"

#include <random>

namespace usaged {

namespace {

PollSettings poll_settings(Config const& config, ProgressObserver progress)
{
    PollSettings settings;
    settings.fetch.base_url = config.partner_center.base_url;
    settings.fetch.locale = config.partner_center.locale;
    settings.fetch.user_agent = "usaged/" + version_number();
    settings.fetch.retry = config.retry;
    settings.fetch.rules = config.guards.rules;
    settings.guards = config.guards;
    settings.keep_raw_payloads = config.storage.keep_raw_payloads;
    settings.keep_call_log = config.storage.keep_call_log;
    for (auto const& each : config.datasets) settings.queries[each.dataset->name] = each.query;
    settings.heartbeat_url = config.heartbeat_url;
    settings.progress = std::move(progress);
    return settings;
}

EndpointAddresses endpoint_addresses(PartnerCenterSettings const& center)
{
    return {center.authority + "/" + center.tenant + "/oauth2/", center.base_url + "/"};
}

/// Token events go to the log and to the database.
TokenObserver make_observer(SnapshotStore* store, Clock const& clock, Log& log)
{
    return [store, &clock, &log](std::string_view event, std::string const& detail) {
        if (event == "obtained")
            log.write(LogEvent{LogLevel::info, "token_refreshed", detail});
        else if (event == "rotated")
            log.write(LogEvent{LogLevel::debug, "token_stored", detail});
        else if (event == "store_failed")
            log.write(LogEvent{LogLevel::error, "token_store_failed", detail});
        else
            log.write(LogEvent{LogLevel::warn, "token_" + std::string{event}, detail});
        try {
            if (store != nullptr) store->record_token_event(TokenEvent{std::string{event}, detail, clock.now()});
        } catch (Error const& error) {
            // A database that cannot be written must not cost a token. The poll reports it when it is saved.
            log.write(LogEvent{LogLevel::warn, "token_event_not_recorded", error.what()}.with(error));
        }
    };
}

} // namespace

void require_credentials(Config const& config)
{
    auto const& center = config.partner_center;
    if (center.client_secret.configured()) read_secret(center.client_secret, "partner_center.client_secret");
    if (center.certificate.configured())
        ClientCertificate{center.certificate}.require_unexpired(
            std::chrono::floor<Timestamp::duration>(std::chrono::system_clock::now()));
    if (center.refresh_token.configured()) read_secret(center.refresh_token, "partner_center.refresh_token");
    auto const& http = config.http;
    if (http.proxy.password.configured()) read_secret(http.proxy.password, "http.proxy_password");
    require_readable_trust(http);
}

TokenSettings token_settings(Config const& config)
{
    auto const& center = config.partner_center;
    TokenSettings settings;
    settings.authority = center.authority;
    settings.tenant = center.tenant;
    settings.client_id = center.client_id;
    settings.audience = center.audience;
    settings.version = center.token_endpoint;
    settings.client_secret = center.client_secret;
    settings.certificate = center.certificate;
    settings.refresh_token = center.refresh_token;
    return settings;
}

Service::Service(Config const& config, boost::asio::any_io_executor executor, SnapshotStore* store, Clock& clock,
                 Log& log, std::shared_ptr<TokenSource> tokens, ProgressObserver progress, Metrics* metrics)
    : executor_{std::move(executor)}, http_{config.http}, settings_{poll_settings(config, std::move(progress))},
      store_{store}, clock_{clock}, log_{log}, metrics_{metrics},
      addresses_{endpoint_addresses(config.partner_center)}, tokens_{std::move(tokens)}
{
    if (!tokens_)
        tokens_ = std::make_shared<TokenSource>(token_settings(config), TokenFile{config.state_dir / "refresh_token"},
                                                clock, make_observer(store, clock, log));
    if (store != nullptr)
        poll_ = std::make_unique<DatasetPoll>(
            *store, *tokens_, clock, log, [this] { return make_transport(); }, settings_, make_random());
}

std::unique_ptr<HttpTransport> Service::make_transport() const
{
    auto transport = std::make_unique<HttpsTransport>(executor_, http_);
    if (metrics_ == nullptr) return transport;
    return std::make_unique<MeasuredTransport>(std::move(transport), addresses_, *metrics_, clock_);
}

DatasetQuery Service::query(Dataset const& dataset) const
{
    auto const found = settings_.queries.find(dataset.name);
    return found == settings_.queries.end() ? DatasetQuery{} : found->second;
}

boost::asio::awaitable<void> Service::renew_refresh_token()
{
    return usaged::renew_refresh_token(*tokens_, *store_, clock_, log_, [this] { return make_transport(); });
}

Retry::Random make_random()
{
    auto engine = std::make_shared<std::minstd_rand>(std::random_device{}());
    return [engine] { return std::uniform_real_distribution<double>{0, 1}(*engine); };
}

std::string installation_seed(Config const& config)
{
    return config.partner_center.tenant + "/" + config.partner_center.client_id;
}

Log make_log(Config const& config, std::optional<LogLevel> level, std::optional<LogFormat> format)
{
    return Log{level.value_or(config.log.level), format.value_or(config.log.format)};
}

} // namespace usaged
