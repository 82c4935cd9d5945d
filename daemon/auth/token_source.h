#pragma once

#include "daemon/auth/token_answer.h"
#include "daemon/auth/token_endpoint.h"
#include "daemon/auth/token_file.h"
#include "daemon/fault/error.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"
#include "daemon/secret/secret.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// What happened to tokens: `obtained`, `rotated`, `refused`, `store_failed`, `seed_used`, `file_unusable`,
/// `file_not_updated` (when its token was last used and such, told once until that works again), `renewal_failed`
/// (while the present access token is still good); and why, in words. An Error that it throws is ignored: it reports
/// its own faults.
using TokenObserver = std::function<void(std::string_view event, std::string const& detail)>;

/// Access tokens of the Partner Center API by the refresh-token grant. Keeps one until shortly before it expires, and
/// makes the rotated refresh token durable before it hands out the access token that came with it.
/// (Microsoft Entra docs: v2-oauth2-auth-code-flow, refresh-tokens)
class TokenSource {
public:
    TokenSource(TokenSettings settings, TokenFile file, Clock const& clock, TokenObserver observer);

    /// An access token that the API may take, without `Bearer`. Asks the token endpoint through `transport` if there is
    /// none, or the present one is about to expire; while that is good, not getting a new one is no error. An access
    /// token is used for a minute at the least, however soon it is said to expire. A token endpoint that asked for a
    /// wait (Retry-After, a request loop) is left alone so long, but an hour at the most: the Error is thrown again.
    /// Throws what `transport` throws and Error with category auth, config, http, protocol or throttled.
    boost::asio::awaitable<std::string> access_token(HttpTransport& transport, int attempt);

    /// Forgets the access token: the API does not take it any more.
    void drop_access_token();

    /// Whether the refresh token has not been redeemed for a week: it lapses when it is not used for 90 days, however
    /// rarely polls are due (Microsoft Entra docs: refresh-tokens). False while that is not known. What this object
    /// redeemed counts, whether or not the file could be written.
    bool renewal_due() const;

    /// Redeems the refresh token whether or not an access token is at hand. Throws as access_token() does.
    boost::asio::awaitable<void> renew(HttpTransport& transport, int attempt);

    /// Takes over what a person's sign-in granted: from now on it wins over the seed that is configured now. `grant`
    /// has a refresh token. Throws Error with ErrorCategory::storage if that cannot be stored.
    void adopt(Grant grant);

    /// What the next sign-in has to be asked for (Error::claims of the last refusal); empty if nothing.
    std::string claims() const;

    /// Stores a rotated refresh token that could not be stored before, if there is one. Observed is only what is new.
    void store_pending();

    /// Why the newest refresh token is not stored; nothing if it is.
    std::optional<Error> const& store_error() const { return store_error_; }

private:
    boost::asio::awaitable<void> redeem(HttpTransport& transport, int attempt);
    StoredToken choose_refresh_token();
    StoredToken new_token() const;
    StoredToken configured_token() const;
    std::string seed_mark() const;
    std::optional<StoredToken> stored_token();
    std::optional<StoredToken> readable_token() const;
    void keep_silent() const;
    void heed(Error const& error);
    void accept(Grant grant, StoredToken used);
    void keep_access_token(Grant grant);
    void update_file(StoredToken const& token);
    void remember_claims(std::string const& claims);
    void write_pending();
    void report_stored();
    void observe(std::string_view event, std::string const& detail);

    TokenEndpoint endpoint_;
    TokenFile file_;
    Clock const& clock_;
    TokenObserver observer_;
    Secret access_token_;
    std::chrono::steady_clock::time_point renew_at_{};     ///< when to ask for the next access token
    std::chrono::steady_clock::time_point usable_until_{}; ///< of the present one
    std::optional<StoredToken> pending_;                   ///< rotated, used, and not stored yet
    std::optional<Error> store_error_;                     ///< why not
    bool update_failed_ = false;                           ///< the file does not know what is known of its token
    std::optional<Timestamp> redeemed_at_;                 ///< when this object last redeemed a refresh token
    std::optional<Error> asked_to_wait_;                   ///< the newest refusal with a wait, until a token came
    std::chrono::steady_clock::time_point asked_at_{};     ///< when
};

} // namespace usaged
