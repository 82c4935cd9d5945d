#include "daemon/login/pkce.h"
#include "daemon/login/redirect_login.h"
#include "tests/daemon/login/entra.h"

namespace usaged::test {
namespace {

using Fields = std::map<std::string, std::string>;

std::string const redirect_uri = "http://localhost:8400/";

std::string query_of(std::string const& url)
{
    return url.substr(url.find('?') + 1);
}

std::string state_of(RedirectLogin const& login)
{
    return fields(query_of(login.url())).at("state");
}

/// What the person or browser brings back, with the state that belongs to it.
std::string redirect(RedirectLogin const& login, std::string const& rest)
{
    return "/?" + rest + "&state=" + state_of(login);
}

Error refusal(RedirectLogin const& login, std::string const& text)
{
    try {
        login.read_redirect(text);
    } catch (Error const& error) {
        return error;
    }
    throw std::logic_error{"it was taken: " + text};
}

} // namespace

TEST_CASE("the address of the sign-in says all that the authorize endpoint asks for")
{
    Entra entra;
    RedirectLogin const login{entra.endpoint, redirect_uri, {}};
    CHECK(login.url().substr(0, login.url().find('?')) ==
          "https://login.example/contoso.example/oauth2/v2.0/authorize");
    auto query = fields(query_of(login.url()));
    CHECK(query.extract("state").mapped().size() == 43);
    CHECK(query.extract("code_challenge").mapped().size() == 43);
    CHECK(query ==
          Fields{{"client_id", "client-1"},
                 {"response_type", "code"},
                 {"response_mode", "query"},
                 {"redirect_uri", "http%3A%2F%2Flocalhost%3A8400%2F"},
                 {"scope", "https%3A%2F%2Fapi.example%2Fuser_impersonation%20offline_access%20openid%20profile"},
                 {"code_challenge_method", "S256"},
                 {"prompt", "login"}});
}

TEST_CASE("at the v1 endpoint the address names the API as resource")
{
    Entra entra{EndpointVersion::v1};
    RedirectLogin const login{entra.endpoint, redirect_uri, {}};
    CHECK(login.url().starts_with("https://login.example/contoso.example/oauth2/authorize?"));
    auto const query = fields(query_of(login.url()));
    CHECK(query.at("resource") == "https%3A%2F%2Fapi.example");
    CHECK(query.count("scope") == 0);
}

TEST_CASE("claims of an earlier refusal go to the sign-in unchanged")
{
    Entra entra;
    RedirectLogin const login{entra.endpoint, redirect_uri, R"({"access_token":{}})"};
    CHECK(fields(query_of(login.url())).at("claims") == "%7B%22access_token%22%3A%7B%7D%7D");
}

TEST_CASE("every sign-in has a state and a challenge of its own")
{
    Entra entra;
    RedirectLogin const one{entra.endpoint, redirect_uri, {}};
    RedirectLogin const other{entra.endpoint, redirect_uri, {}};
    CHECK_FALSE(one.is_ours(state_of(other)));
    CHECK(fields(query_of(one.url())).at("code_challenge") != fields(query_of(other.url())).at("code_challenge"));
}

TEST_CASE("only the whole state is ours")
{
    Entra entra;
    RedirectLogin const login{entra.endpoint, redirect_uri, {}};
    auto const state = state_of(login);
    CHECK(login.is_ours(state));
    auto changed = state;
    changed.back() = changed.back() == 'A' ? 'B' : 'A';
    for (auto const& other : {std::string{}, state.substr(1), state + "A", changed}) CHECK_FALSE(login.is_ours(other));
}

TEST_CASE("the code is found in every form that a redirect may have")
{
    Entra entra;
    RedirectLogin const login{entra.endpoint, redirect_uri, {}};
    auto const state = "&state=" + state_of(login);
    for (auto const& text : {"/?code=a%2Bb%20c" + state, "http://localhost:8400/?code=a%2Bb+c" + state + "#",
                             "/?session_state=1&code=a%2bb%20c" + state, "code=a%2Bb%20c" + state + "&empty&x="}) {
        CAPTURE(text);
        CHECK(login.read_redirect(text).reveal() == "a+b c");
    }
}

TEST_CASE("what does not answer this sign-in is told from what refuses it")
{
    Entra entra;
    RedirectLogin const login{entra.endpoint, redirect_uri, {}};
    auto const ours = "state=" + state_of(login);
    for (auto const& text : {std::string{}, std::string{"/"}, std::string{"hello"}, std::string{"/?code=x"},
                             std::string{"/?code=x&state="}, std::string{"/?code=x&state=other"},
                             std::string{"/?error=access_denied&state=other"}, login.url(), "/?" + ours,
                             "/?code=&" + ours, "/?code=x&code=y&" + ours, "/?code=x&" + ours + "&" + ours}) {
        CAPTURE(text);
        auto const error = refusal(login, text);
        CHECK(error.category() == ErrorCategory::protocol);
        CHECK_FALSE(error.remedy().empty());
    }
}

TEST_CASE("a sign-in that Entra ID refuses is told in words that are not those of the redirect")
{
    Entra entra;
    RedirectLogin const login{entra.endpoint, redirect_uri, {}};
    auto const error =
        refusal(login, redirect(login, "error=access_denied&error_description=AADSTS65004%3A+Evil+text"));
    CHECK(error.category() == ErrorCategory::auth);
    CHECK(error.api_code() == "access_denied");
    std::string const words = error.what() + error.remedy();
    CHECK(words.find("65004") != std::string::npos);
    CHECK(words.find("Evil") == std::string::npos);
}

TEST_CASE("a passing fault of the authorize endpoint is none of the user")
{
    Entra entra;
    RedirectLogin const login{entra.endpoint, redirect_uri, {}};
    for (auto const* name : {"server_error", "temporarily_unavailable"}) {
        CAPTURE(name);
        CHECK(refusal(login, redirect(login, std::string{"error="} + name)).category() == ErrorCategory::http);
    }
}

TEST_CASE("the code is redeemed with the verifier of its challenge")
{
    Entra entra;
    RedirectLogin login{entra.endpoint, redirect_uri, {}};
    entra.transport.then([&](HttpRequest const& request) {
        auto form = fields(request.body);
        CHECK(code_challenge(form.extract("code_verifier").mapped()) ==
              fields(query_of(login.url())).at("code_challenge"));
        CHECK(form == Fields{{"client_id", "client-1"},
                             {"grant_type", "authorization_code"},
                             {"code", "code%2B1"},
                             {"redirect_uri", "http%3A%2F%2Flocalhost%3A8400%2F"},
                             {"scope", "https%3A%2F%2Fapi.example%2Fuser_impersonation%20offline_access%20openid%20"
                                       "profile"}});
        HttpResponse response;
        response.status = 200;
        response.body = granted;
        return response;
    });
    Secret const code{"code+1"};
    auto const grant = run_coroutine(login.redeem(entra.transport, code, 1));
    CHECK(grant.refresh_token.reveal() == "refresh-1");
}

TEST_CASE("a sign-in without refresh token is of no use")
{
    Entra entra;
    RedirectLogin login{entra.endpoint, redirect_uri, {}};
    entra.transport.answer(200, granted_without_refresh_token);
    Secret const code{"code"};
    auto const error = error_of(login.redeem(entra.transport, code, 1));
    CHECK(error.category() == ErrorCategory::auth);
    CHECK(error.remedy().find("offline_access") != std::string::npos);
}

} // namespace usaged::test
