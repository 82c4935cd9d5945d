#pragma once

#include "daemon/auth/token_endpoint.h"

#include <string>
#include <string_view>

namespace usaged {

/// Consent by authorization code with PKCE: what the browser is sent to, and what must come back from there.
/// (Microsoft Entra docs: v2-oauth2-auth-code-flow, reply-url; RFC 7636, RFC 8252 section 7.3)
class RedirectLogin {
public:
    /// `redirect_uri`: `http://localhost:PORT/`. `claims`: of the refusal that made a sign-in necessary, or empty.
    RedirectLogin(TokenEndpoint& endpoint, std::string redirect_uri, std::string_view claims);

    /// Where the person has to sign in.
    std::string const& url() const { return url_; }

    /// Whether `state` is ours, in constant time.
    bool is_ours(std::string_view state) const;

    /// The authorization code in a redirect: a request target, or the whole URL or query that a person pasted.
    /// Throws Error with ErrorCategory::protocol if that is no answer to this sign-in, which another one may be; and
    /// with what classify_redirect_error says, never protocol, if Entra ID refuses this sign-in.
    Secret read_redirect(std::string_view redirect) const;

    /// Exchanges the code, which works once, for tokens. Throws as TokenEndpoint::redeem, and Error with
    /// ErrorCategory::auth if no refresh token came back.
    boost::asio::awaitable<Grant> redeem(HttpTransport& transport, Secret const& code, int attempt);

private:
    TokenEndpoint& endpoint_;
    std::string redirect_uri_;
    Secret verifier_;
    Secret state_;
    std::string url_;
};

/// What a sign-in asks for besides the API: a refresh token, and who it is for.
inline constexpr std::string_view login_scopes = "offline_access openid profile";

/// Throws Error with ErrorCategory::auth if `grant` is of no use beyond its access token.
void require_refresh_token(Grant const& grant);

} // namespace usaged
