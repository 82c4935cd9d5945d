#include "daemon/auth/token_source.h"

#include <algorithm>
#include <utility>

namespace usaged {

namespace {

using namespace std::chrono_literals;

/// An access token that is older than this much less than its lifetime is still tried when there is no newer one.
constexpr std::chrono::seconds reserve{30};

/// After an early renewal that failed, so that it is not tried with every request.
constexpr std::chrono::minutes renewal_pause{5};

/// Between renewals that nobody but usaged wants. Many in a short time are a request loop for Entra ID (AADSTS50196).
/// An access token that lives shorter is still tried: that costs a 401, and one renewal in a poll.
constexpr std::chrono::seconds shortest_use{60};

/// What a server asks for beyond this is heeded by the schedule, which knows when the next poll is due. Microsoft's own
/// library waits no longer either.
constexpr std::chrono::hours longest_silence{1};

constexpr std::chrono::hours longest_unused{7 * 24};

/// Stands for whatever seed is configured when the token is first used.
constexpr std::string_view any_seed = "*";

std::chrono::seconds margin(std::chrono::seconds lifetime)
{
    return std::min<std::chrono::seconds>(5min, lifetime / 4);
}

} // namespace

TokenSource::TokenSource(TokenSettings settings, TokenFile file, Clock const& clock, TokenObserver observer)
    : endpoint_{std::move(settings), clock}, file_{std::move(file)}, clock_{clock}, observer_{std::move(observer)}
{
}

boost::asio::awaitable<std::string> TokenSource::access_token(HttpTransport& transport, int attempt)
{
    if (access_token_.empty() || clock_.steady_now() >= renew_at_) {
        try {
            co_await redeem(transport, attempt);
        } catch (Error const& error) {
            if (access_token_.empty() || clock_.steady_now() >= usable_until_) throw;
            auto const pause = std::max<std::chrono::seconds>(renewal_pause, error.retry_after().value_or(0s));
            renew_at_ = std::min(usable_until_, clock_.steady_now() + pause);
            observe("renewal_failed", std::string{"the present access token is used on: "} + error.what());
        }
    }
    co_return access_token_.reveal();
}

void TokenSource::drop_access_token()
{
    access_token_ = Secret{};
}

bool TokenSource::renewal_due() const
{
    auto const token = readable_token();
    if (!token) return false;
    auto const redeemed_at = redeemed_at_ ? redeemed_at_ : parse_timestamp(token->redeemed_at);
    if (!redeemed_at) return false;
    auto const age = clock_.now() - *redeemed_at;
    return age >= longest_unused || age < Timestamp::duration::zero(); // a date to come: the clock was wrong then
}

boost::asio::awaitable<void> TokenSource::renew(HttpTransport& transport, int attempt)
{
    return redeem(transport, attempt);
}

void TokenSource::adopt(Grant grant)
{
    auto token = new_token();
    token.obtained_by = "login";
    token.seed_fingerprint = seed_mark();
    accept(std::move(grant), std::move(token));
    if (store_error_) throw Error{*store_error_};
}

std::string TokenSource::claims() const
{
    auto const token = readable_token();
    return token ? token->claims : std::string{};
}

void TokenSource::store_pending()
{
    if (!pending_) return;
    auto const known = store_error_ ? std::string{store_error_->what()} : std::string{};
    write_pending();
    if (!store_error_ || store_error_->what() != known) report_stored();
}

boost::asio::awaitable<void> TokenSource::redeem(HttpTransport& transport, int attempt)
{
    keep_silent();
    auto used = choose_refresh_token();
    auto form = endpoint_.grant_form("refresh_token");
    form.add("refresh_token", used.refresh_token.reveal());
    try {
        auto grant = co_await endpoint_.redeem(transport, std::move(form), attempt);
        accept(std::move(grant), std::move(used));
    } catch (Error const& error) {
        heed(error);
        throw;
    }
}

/// Throws the last refusal while the wait that it asked for goes on. Retries wait at least as long before they come
/// here.
void TokenSource::keep_silent() const
{
    if (!asked_to_wait_) return;
    auto const wait = *asked_to_wait_->retry_after();
    auto const waited = clock_.steady_now() - asked_at_;
    if (waited >= std::min<std::chrono::seconds>(wait, longest_silence)) return;
    throw Error{*asked_to_wait_}.retry_after(std::chrono::ceil<std::chrono::seconds>(wait - waited));
}

/// What a refusal is good for later.
void TokenSource::heed(Error const& error)
{
    if (error.http_status()) observe("refused", error.what());
    if (error.retry_after()) {
        asked_to_wait_ = error;
        asked_at_ = clock_.steady_now();
    }
    if (!error.claims().empty()) remember_claims(error.claims());
}

StoredToken TokenSource::new_token() const
{
    auto const& settings = endpoint_.settings();
    StoredToken token;
    token.authority = settings.authority;
    token.tenant = settings.tenant;
    token.client_id = settings.client_id;
    token.obtained_at = format_timestamp(clock_.now());
    return token;
}

StoredToken TokenSource::configured_token() const
{
    auto token = new_token();
    token.refresh_token = read_secret(endpoint_.settings().refresh_token, "partner_center.refresh_token");
    token.seed_fingerprint = fingerprint(token.refresh_token);
    token.obtained_by = "seed";
    return token;
}

/// What tells the seed in force from a newer one. Who signs in may not be able to read it as the service does.
std::string TokenSource::seed_mark() const
{
    if (!endpoint_.settings().refresh_token.configured()) return {};
    try {
        return configured_token().seed_fingerprint;
    } catch (Error const&) {
        return std::string{any_seed};
    }
}

std::optional<StoredToken> TokenSource::stored_token()
{
    try {
        auto token = file_.load();
        if (token && !belongs_to(*token, endpoint_.settings())) throw foreign_token(file_.path());
        return token;
    } catch (Error const& error) {
        if (!endpoint_.settings().refresh_token.configured()) throw;
        observe("file_unusable", error.what());
        return std::nullopt;
    }
}

/// The newest token without its seed, and without a word if there is none: whoever redeems it will tell.
std::optional<StoredToken> TokenSource::readable_token() const
{
    if (pending_) return pending_->clone();
    try {
        auto token = file_.load();
        if (token && belongs_to(*token, endpoint_.settings())) return token;
    } catch (Error const&) {
        // As if there were none.
    }
    return std::nullopt;
}

/// A newer seed wins over the stored token, and the stored token over the seed that it came from.
StoredToken TokenSource::choose_refresh_token()
{
    auto stored = pending_ ? std::optional{pending_->clone()} : stored_token();
    if (!endpoint_.settings().refresh_token.configured()) {
        if (stored) return std::move(*stored);
        throw Error{ErrorCategory::config, "there is no refresh token",
                    "Sign in: usaged login. Or name one in partner_center.refresh_token of the configuration."};
    }
    auto seed = configured_token();
    if (stored && stored->seed_fingerprint == any_seed) stored->seed_fingerprint = seed.seed_fingerprint;
    if (stored && stored->seed_fingerprint == seed.seed_fingerprint) return std::move(*stored);
    if (stored) observe("seed_used", "the configured refresh token is newer than the stored one");
    return seed;
}

/// The tokens come first: whoever is told of them may fail.
void TokenSource::accept(Grant grant, StoredToken used)
{
    bool const rotated = !grant.refresh_token.empty(); // else the old one stays good
    if (rotated) used.refresh_token = std::move(grant.refresh_token);
    redeemed_at_ = clock_.now();
    used.redeemed_at = format_timestamp(*redeemed_at_);
    used.claims.clear();
    if (rotated || pending_) {
        pending_ = std::move(used);
        write_pending();
    } else {
        update_file(used);
    }
    keep_access_token(std::move(grant));
    observe("obtained", "a new access token");
    if (rotated) report_stored();
}

void TokenSource::keep_access_token(Grant grant)
{
    auto const now = clock_.steady_now();
    auto const usual = grant.lifetime - margin(grant.lifetime);
    access_token_ = std::move(grant.access_token);
    renew_at_ = now + std::max(shortest_use, std::min(usual, grant.refresh_in.value_or(usual)));
    usable_until_ = now + std::max(usual, grant.lifetime - reserve);
    asked_to_wait_.reset();
}

/// The token in the file stays the same: nothing is lost if what is known of it besides is out of date.
void TokenSource::update_file(StoredToken const& token)
{
    try {
        file_.store(token);
        update_failed_ = false;
    } catch (Error const& error) {
        // The next use tries again.
        if (!std::exchange(update_failed_, true)) observe("file_not_updated", error.what());
    }
}

void TokenSource::remember_claims(std::string const& claims)
{
    auto token = readable_token();
    if (!token || token->claims == claims) return;
    token->claims = claims;
    if (pending_) {
        pending_ = std::move(token);
        return;
    }
    update_file(*token);
}

void TokenSource::write_pending()
{
    try {
        file_.store(*pending_);
        pending_.reset();
        store_error_.reset();
    } catch (Error const& error) {
        store_error_ = error;
    }
}

void TokenSource::report_stored()
{
    if (store_error_)
        observe("store_failed", store_error_->what());
    else
        observe("rotated", "a new refresh token is stored");
}

void TokenSource::observe(std::string_view event, std::string const& detail)
{
    try {
        observer_(event, detail);
    } catch (Error const&) {
        // What became of the token counts, not whether it could be told.
    }
}

} // namespace usaged
