#include "daemon/login/redirect_login.h"

#include "daemon/fault/classify.h"
#include "daemon/login/pkce.h"
#include "daemon/login/redirect_query.h"

#include <openssl/crypto.h>

#include <utility>

namespace usaged {

RedirectLogin::RedirectLogin(TokenEndpoint& endpoint, std::string redirect_uri, std::string_view claims)
    : endpoint_{endpoint},
      redirect_uri_{std::move(redirect_uri)}, verifier_{make_random_code()}, state_{make_random_code()}
{
    Form query;
    query.add("client_id", endpoint_.settings().client_id);
    query.add("response_type", "code");
    query.add("response_mode", "query");
    query.add("redirect_uri", redirect_uri_);
    endpoint_.name_api(query, login_scopes);
    query.add("state", state_.reveal());
    query.add("code_challenge", code_challenge(verifier_.reveal()));
    query.add("code_challenge_method", "S256");
    // A browser that is signed in already may be so without a second factor, and the token would inherit that.
    query.add("prompt", "login");
    if (!claims.empty()) query.add("claims", claims);
    url_ = endpoint_.authorize_url() + "?" + query.text();
}

bool RedirectLogin::is_ours(std::string_view state) const
{
    auto const& ours = state_.reveal();
    return state.size() == ours.size() && ::CRYPTO_memcmp(state.data(), ours.data(), ours.size()) == 0;
}

Secret RedirectLogin::read_redirect(std::string_view redirect) const
{
    auto query = read_redirect_query(redirect);
    if (query.code.empty() && query.error.empty())
        throw Error{ErrorCategory::protocol, "there is no answer to a sign-in in it",
                    "The whole address of the page that the sign-in ended on is needed. It begins with " +
                        redirect_uri_ + "?code="};
    if (query.state.empty())
        throw Error{ErrorCategory::protocol, "the address is not complete: it has no state",
                    "Copy the whole address of the page that the sign-in ended on, to its last character."};
    if (!is_ours(query.state.reveal()))
        throw Error{ErrorCategory::protocol, "it answers another sign-in than this one",
                    "Sign in at the address that this usaged printed; those of earlier runs are of no use."};
    if (!query.error.empty()) throw classify_redirect_error(query.error, query.error_description);
    return std::move(query.code);
}

boost::asio::awaitable<Grant> RedirectLogin::redeem(HttpTransport& transport, Secret const& code, int attempt)
{
    auto form = endpoint_.grant_form("authorization_code", login_scopes);
    form.add("code", code.reveal());
    form.add("redirect_uri", redirect_uri_);
    form.add("code_verifier", verifier_.reveal());
    auto grant = co_await endpoint_.redeem(transport, std::move(form), attempt);
    require_refresh_token(grant);
    co_return grant;
}

void require_refresh_token(Grant const& grant)
{
    if (!grant.refresh_token.empty()) return;
    throw Error{ErrorCategory::auth, "the sign-in brought no refresh token, so usaged could not go on with it",
                "In the Entra admin center (entra.microsoft.com), App registrations, API permissions, allow the "
                "application the delegated permission offline_access. Then run `usaged login` again."};
}

} // namespace usaged
