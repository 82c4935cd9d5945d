#include "config/load_config.h"
#include "config/partner_center.h"
#include "daemon/command/account_check.h"
#include "daemon/command/command.h"
#include "daemon/command/connection_check.h"
#include "daemon/command/credential_check.h"
#include "daemon/command/doctor_report.h"
#include "daemon/command/owner.h"
#include "daemon/command/service.h"
#include "daemon/command/stop_signal.h"
#include "daemon/command/storage_check.h"
#include "daemon/net/https_transport.h"
#include "daemon/poll/recorded_transport.h"
#include "daemon/poll/system_clock.h"
#include "storage/instance_lock.h"
#include "storage/sqlite_store.h"

#include <boost/asio/io_context.hpp>

#include <iostream>
#include <memory>
#include <optional>

namespace usaged {

namespace asio = boost::asio;

namespace {

void check_configuration(Config const& config, std::string const& file, DoctorReport& report)
{
    if (auto const warning = placeholders_left(config.partner_center))
        report.warn("configuration", file + ": " + warning->what(), warning->remedy());
    else
        report.ok("configuration", file);
}

/// One check after the other. None of them ends the rest, but what stands on a failed one is skipped.
class Doctor {
public:
    Doctor(Config const& config, asio::any_io_executor executor, Clock& clock, Log& log, DoctorReport& report)
        : config_{config}, executor_{std::move(executor)}, clock_{clock}, log_{log}, report_{report}
    {
    }

    asio::awaitable<void> run()
    {
        auto const credentials = check_credentials(config_, clock_.now(), report_);
        auto const storage = check_storage(config_, report_);
        if (!credentials.for_connections) {
            report_.skip("connection", "there is nothing to trust a server by, or to speak to the proxy with");
            AccountCheck::skip(report_, "Entra ID was not asked");
            co_return;
        }
        HttpsTransport transport{executor_, config_.http};
        ConnectionCheck connections{config_, transport, clock_, report_};
        co_await connections.run();
        if (!connections.tenant_known())
            AccountCheck::skip(report_, "Entra ID was not reached, or does not know the tenant");
        else if (!credentials.for_tokens)
            AccountCheck::skip(report_, "a credential is missing, as said above");
        else if (!storage.state)
            AccountCheck::skip(report_, "a new refresh token could not be stored");
        else
            co_await check_account(transport, connections.api_reached(), storage.database);
    }

private:
    asio::awaitable<void> check_account(HttpTransport& transport, bool api_reached, bool database_usable)
    {
        auto const lock = take_lock();
        if (!lock) co_return;
        auto const store = database_usable ? open_store() : nullptr;
        TokenSource tokens{token_settings(config_), TokenFile{config_.state_dir / "refresh_token"}, clock_,
                           recorder(store.get())};
        std::optional<RecordedTransport> recorded;
        if (store) recorded.emplace(transport, *store, clock_, log_, std::nullopt);
        AccountCheck account{config_, tokens, recorded ? *recorded : transport, clock_, report_};
        co_await account.run(api_reached);
    }

    /// A database that cannot be opened now after all must not keep anybody from the rest of the diagnosis.
    std::unique_ptr<SnapshotStore> open_store() const
    {
        try {
            return std::make_unique<SqliteStore>(config_.storage.sqlite_path);
        } catch (Error const& error) {
            report_.fail("database", error);
            return nullptr;
        }
    }

    /// Of token events, without a log: the report says what is wrong.
    TokenObserver recorder(SnapshotStore* store) const
    {
        return [store, &clock = clock_](std::string_view event, std::string const& detail) {
            if (store != nullptr) store->record_token_event(TokenEvent{std::string{event}, detail, clock.now()});
        };
    }

    /// Nothing, with a report, if there is none to be had: two processes must not redeem one refresh token.
    std::optional<InstanceLock> take_lock()
    {
        try {
            return std::optional<InstanceLock>{std::in_place, config_.state_dir, config_.storage.sqlite_path};
        } catch (Error const& error) {
            if (error.category() == ErrorCategory::locked) {
                AccountCheck::skip(report_, std::string{error.what()} + "; `usaged status` says how its token is");
                return std::nullopt;
            }
            report_.fail("lock", error);
            AccountCheck::skip(report_, "the lock cannot be taken");
            return std::nullopt;
        }
    }

    Config const& config_;
    asio::any_io_executor executor_;
    Clock& clock_;
    Log& log_;
    DoctorReport& report_;
};

} // namespace

int check_online(GlobalOptions const& options)
{
    auto const config = load_config_as_owner(options.config_file);
    std::cout << to_yaml(config) << std::endl;
    DoctorReport report{std::cout};
    check_configuration(config, options.config_file.string(), report);

    asio::io_context context{1};
    StopSignal stop{context};
    SystemClock clock{context.get_executor()};
    // The report says what is wrong.
    auto log = make_log(config, options.log_level.value_or(LogLevel::error), options.log_format);
    Doctor doctor{config, context.get_executor(), clock, log, report};
    auto const signal = stop.run(doctor.run(), [] {});
    return signal != 0 ? 128 + signal : report.exit_status();
}

} // namespace usaged
