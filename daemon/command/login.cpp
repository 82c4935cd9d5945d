#include "daemon/command/command.h"
#include "daemon/command/failure.h"
#include "daemon/command/input_lines.h"
#include "daemon/command/owner.h"
#include "daemon/command/service.h"
#include "daemon/command/stop_signal.h"
#include "daemon/login/device_login.h"
#include "daemon/login/identity.h"
#include "daemon/login/probe.h"
#include "daemon/login/redirect_receiver.h"
#include "daemon/poll/recorded_transport.h"
#include "daemon/poll/system_clock.h"
#include "storage/instance_lock.h"
#include "storage/sqlite_store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <array>
#include <chrono>
#include <exception>
#include <iostream>
#include <unistd.h>

namespace usaged {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::minutes sign_in_limit{15};

/// Tells whoever pastes what is wrong with it, until there is nothing more to read; then it waits for ever.
asio::awaitable<void> take_pastes(RedirectReceiver& receiver, InputLines& lines, asio::steady_timer& never)
{
    while (auto line = co_await lines.next()) {
        auto const error = receiver.paste(*line);
        wipe(*line);
        if (!error) break;
        std::cerr << "usaged: what was pasted is of no use: " << error->what() << '\n' << error->remedy() << std::endl;
    }
    co_await never.async_wait(asio::use_awaitable);
}

asio::awaitable<void> wait_until(asio::steady_timer& end)
{
    co_await end.async_wait(asio::use_awaitable);
}

void say_how_to_sign_in(std::string const& url, std::uint16_t port)
{
    std::cout << "Open this page in a browser and sign in, with multi-factor authentication, as the user for whom "
                 "usaged shall read Partner Center:\n\n"
              << url
              << "\n\nIf the browser runs on another computer, it cannot show the page that comes last, which begins "
                 "with http://localhost:"
              << port
              << "/. Then copy the address of that page and paste it here.\n"
                 "If it shows an error instead, with AADSTS and a number, end this with Ctrl-C: "
                 "/usr/share/doc/usaged/docs/troubleshooting.md explains "
                 "the numbers.\nWaiting for the sign-in ("
              << sign_in_limit.count() << " minutes at most)…" << std::endl;
}

void say_how_to_sign_in(DeviceCode const& code)
{
    auto const minutes = std::chrono::ceil<std::chrono::minutes>(code.expires_in).count();
    std::cout << "Open " << code.verification_uri << " in any browser, enter the code " << code.user_code
              << ", and sign in, with multi-factor authentication, as the user for whom usaged shall read Partner "
                 "Center.\nWaiting for the sign-in ("
              << minutes << (minutes == 1 ? " minute" : " minutes") << " at most)…" << std::endl;
}

/// `now`: when the sign-in was. (Microsoft Entra docs: refresh-tokens)
void say_for_whom(Identity const& identity, Config const& config, Timestamp now)
{
    auto const lapses = format_timestamp(now + std::chrono::days{90}).substr(0, 10);
    auto const& tenant = identity.tenant.empty() ? config.partner_center.tenant : identity.tenant;
    std::cout << "Signed in" << (identity.user.empty() ? "" : " as " + identity.user)
              << (identity.name.empty() ? "" : " (" + identity.name + ")") << ", tenant " << tenant
              << ".\nThe refresh token is stored in " << (config.state_dir / "refresh_token").string()
              << ". It lasts until " << lapses
              << " if it is not used, and 90 days longer each time that it is: usaged "
                 "renews it every week."
              << std::endl;
}

void say_whether_mfa_counts(std::optional<bool> compliant)
{
    if (!compliant)
        std::cout << "Partner Center does not say whether the sign-in counts as one with multi-factor authentication.";
    else if (*compliant)
        std::cout << "The sign-in counts as one with multi-factor authentication.";
    else
        std::cout << "The sign-in does not count as one with multi-factor authentication, which Partner Center may "
                     "demand at any time. Require it for this user in the Entra admin center (entra.microsoft.com), "
                     "Protection, Conditional Access; then run `usaged login` again.";
    std::cout << std::endl;
}

/// Only a file: the service may see credentials and environment variables that whoever signs in does not.
void warn_of_missing_seed(Config const& config)
{
    auto const& seed = config.partner_center.refresh_token;
    if (seed.kind != SecretSource::Kind::file) return;
    try {
        read_secret(seed, "partner_center.refresh_token");
    } catch (Error const& error) {
        std::cerr << "usaged: warning: " << error.what()
                  << "\nRemove this setting from the configuration: `usaged run` does not start with it, and after the "
                     "sign-in nothing needs it."
                  << std::endl;
    }
}

/// From the first word to the proof that the token passes.
class Login {
public:
    Login(Config const& config, LoginOptions const& options, asio::io_context& context, SnapshotStore& store, Log& log)
        : config_{config}, options_{options}, executor_{context.get_executor()}, store_{store}, log_{log},
          clock_{executor_}, service_{config, executor_, &store, clock_, log}, endpoint_{token_settings(config),
                                                                                         clock_},
          plain_transport_{service_.make_transport()}, transport_{*plain_transport_, store, clock_, log, std::nullopt}
    {
    }

    asio::awaitable<void> run()
    {
        auto grant = co_await sign_in();
        auto const identity = read_identity(grant.id_token);
        adopt(std::move(grant));
        say_for_whom(identity, config_, clock_.now());
        warn_of_missing_seed(config_);
        try {
            auto const verdict = co_await ask_partner_center();
            std::cout << "Partner Center accepts the token.\n";
            say_whether_mfa_counts(verdict.mfa_compliant);
        } catch (Error const& error) {
            std::cerr << (error.category() == ErrorCategory::auth
                              ? "usaged: the token is stored, but it does not pass yet.\n"
                              : "usaged: the token is stored, but whether it passes could not be found out.\n");
            exit_status_ = report_failure(error);
        }
    }

    int exit_status() const { return exit_status_; }

private:
    asio::awaitable<Grant> sign_in()
    {
        try {
            auto grant = options_.device_code ? by_device_code() : by_redirect();
            co_return co_await std::move(grant);
        } catch (Error const& error) {
            if (error.category() == ErrorCategory::auth) record_refusal(error);
            throw;
        }
    }

    void record_refusal(Error const& refusal)
    {
        try {
            store_.record_token_event(TokenEvent{"refused", refusal.what(), clock_.now()});
        } catch (Error const& error) {
            log_.write(LogEvent{LogLevel::warn, "token_event_not_recorded", error.what()}.with(error));
        }
    }

    asio::awaitable<Grant> by_redirect()
    {
        HttpListener listener{executor_, options_.port};
        auto const redirect_uri = "http://localhost:" + std::to_string(listener.port()) + "/";
        RedirectLogin redirect_login{endpoint_, redirect_uri, service_.tokens().claims()};
        auto code = co_await receive_code(listener, redirect_login);
        for (Retry retry{config_.retry, make_random()};;) {
            std::chrono::milliseconds wait{0};
            try {
                auto const attempt = retry.attempt();
                co_return co_await redirect_login.redeem(transport_, code, attempt);
            } catch (Error const& error) {
                wait = wait_after(error, retry);
            }
            co_await clock_.sleep_for(wait);
        }
    }

    /// The listener, the paste and the limit of time side by side: the first to end ends the others.
    asio::awaitable<Secret> receive_code(HttpListener& listener, RedirectLogin const& redirect_login)
    {
        asio::steady_timer end{executor_, sign_in_limit};
        asio::steady_timer never{executor_, asio::steady_timer::time_point::max()};
        RedirectReceiver receiver{redirect_login, listener.port(), [&end] { end.cancel(); }};
        InputLines lines{executor_, STDIN_FILENO};
        HttpListener::Handler const answer = [&receiver](ListenerRequest const& request) {
            return receiver.answer(request);
        };
        say_how_to_sign_in(redirect_login.url(), listener.port());
        auto waits = asio::experimental::make_parallel_group(
            asio::co_spawn(executor_, listener.serve(answer), asio::deferred),
            asio::co_spawn(executor_, take_pastes(receiver, lines, never), asio::deferred),
            asio::co_spawn(executor_, wait_until(end), asio::deferred));
        asio::experimental::wait_for_one const first_end{};
        auto const [order, served, pasted, waited] = co_await waits.async_wait(first_end, asio::use_awaitable);

        if (receiver.ended()) co_return receiver.take_code();
        std::array const failures{served, pasted, waited};
        if (auto const& failure = failures[order[0]]) std::rethrow_exception(failure);
        throw Error{ErrorCategory::auth, "nobody signed in within 15 minutes", "Run `usaged login` again."};
    }

    asio::awaitable<Grant> by_device_code()
    {
        DeviceLogin device_login{endpoint_, clock_};
        auto code = co_await device_login.begin(transport_);
        say_how_to_sign_in(code);
        co_return co_await device_login.wait(transport_, std::move(code));
    }

    /// In a daemon the token would live on in memory. Here it is lost.
    void adopt(Grant grant)
    {
        try {
            service_.tokens().adopt(std::move(grant));
        } catch (Error const& error) {
            if (error.category() != ErrorCategory::storage) throw;
            throw Error{ErrorCategory::storage, error.what(),
                        "Make room or mend the rights of " + config_.state_dir.string() +
                            ", then run `usaged login` again."};
        }
    }

    /// Throws the refusal if there is one.
    asio::awaitable<Verdict> ask_partner_center()
    {
        auto const url = config_.partner_center.base_url + std::string{datasets().front().paths.front()};
        auto token = co_await service_.tokens().access_token(transport_, 1);
        Secret const access_token{std::move(token)};
        for (Retry retry{config_.retry, make_random()};;) {
            std::chrono::milliseconds wait{0};
            try {
                auto const attempt = retry.attempt();
                Verdict verdict = co_await probe(transport_, clock_, url, access_token.reveal(), attempt);
                if (!verdict.refusal) co_return verdict;
                throw Error{*verdict.refusal};
            } catch (Error const& error) {
                wait = wait_after(error, retry);
            }
            co_await clock_.sleep_for(wait);
        }
    }

    /// How long to wait before the next try. Throws `error` if there is to be none.
    std::chrono::milliseconds wait_after(Error const& error, Retry& retry)
    {
        auto const attempt = retry.attempt();
        auto const wait = retry.after(error);
        if (!wait) throw Error{error}.attempt(attempt);
        log_.write(LogEvent{LogLevel::warn, "retry", error.what()}.with("wait_ms", wait->count()).with(error));
        return *wait;
    }

    Config const& config_;
    LoginOptions const& options_;
    asio::any_io_executor executor_;
    SnapshotStore& store_;
    Log& log_;
    SystemClock clock_;
    Service service_;
    TokenEndpoint endpoint_;
    std::unique_ptr<HttpTransport> plain_transport_;
    RecordedTransport transport_;
    int exit_status_ = 0;
};

/// The seed is what a sign-in makes unnecessary: it may be missing.
void require_login_credentials(Config config)
{
    config.partner_center.refresh_token = {};
    require_credentials(config);
}

InstanceLock take_lock(Config const& config)
{
    try {
        return InstanceLock{config.state_dir, config.storage.sqlite_path};
    } catch (Error const& error) {
        if (error.category() != ErrorCategory::locked) throw;
        throw Error{ErrorCategory::locked, error.what(),
                    "Stop usaged first: sudo systemctl stop usaged. After the sign-in: sudo systemctl start usaged."};
    }
}

} // namespace

int login(GlobalOptions const& options, LoginOptions const& login_options)
{
    auto const config = load_config_as_owner(options.config_file);
    require_login_credentials(config);
    auto log = make_log(config, options.log_level, options.log_format);
    auto const lock = take_lock(config);
    SqliteStore store{config.storage.sqlite_path};

    asio::io_context context{1};
    StopSignal stop{context};
    Login login{config, login_options, context, store, log};
    auto const signal = stop.run(login.run(), [] {});
    return signal != 0 ? 128 + signal : login.exit_status();
}

} // namespace usaged
