#pragma once

#include "daemon/auth/secret.h"
#include "daemon/auth/token_answer.h"
#include "daemon/auth/token_file.h"
#include "daemon/fault/error.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// What the token endpoint has to be told.
struct TokenSettings {
    std::string authority; ///< without a trailing slash
    std::string tenant;
    std::string client_id;
    std::string audience;       ///< the API that the token is for
    SecretSource client_secret; ///< none: a public client
    SecretSource refresh_token; ///< the seed
    bool operator==(TokenSettings const&) const = default;
};

/// What happened to tokens: `obtained`, `rotated`, `refused`, `store_failed`, `seed_used`, `file_unusable`; and why, in
/// words. An Error that it throws is ignored: it reports its own faults.
using TokenObserver = std::function<void(std::string_view event, std::string const& detail)>;

/// Access tokens of the Partner Center API by the refresh-token grant. Keeps one until shortly before it expires, and
/// makes the rotated refresh token durable before it hands out the access token that came with it.
/// (Microsoft Entra docs: v2-oauth2-auth-code-flow, refresh-tokens)
class TokenSource {
public:
    TokenSource(TokenSettings settings, TokenFile file, Clock const& clock, TokenObserver observer);

    /// An access token that the API may take, without `Bearer`. Asks the token endpoint through `transport` if there is
    /// none. Throws what `transport` throws and Error with category auth, config, http, protocol or throttled.
    boost::asio::awaitable<std::string> access_token(HttpTransport& transport, int attempt);

    /// Forgets the access token: the API does not take it any more.
    void drop_access_token();

    /// Stores a rotated refresh token that could not be stored before, if there is one.
    void store_pending();

    /// Why the newest refresh token is not stored; nothing if it is.
    std::optional<Error> const& store_error() const { return store_error_; }

private:
    StoredToken choose_refresh_token();
    StoredToken configured_token() const;
    std::optional<StoredToken> stored_token();
    HttpRequest token_request(Secret const& refresh_token, int attempt) const;
    void accept(Grant grant, StoredToken used);
    void write_pending();
    void report_stored();
    void observe(std::string_view event, std::string const& detail);

    TokenSettings settings_;
    TokenFile file_;
    Clock const& clock_;
    TokenObserver observer_;
    Secret access_token_;
    std::chrono::steady_clock::time_point usable_until_{};
    std::optional<StoredToken> pending_; ///< rotated, used, and not stored yet
    std::optional<Error> store_error_;   ///< why not
};

} // namespace usaged
