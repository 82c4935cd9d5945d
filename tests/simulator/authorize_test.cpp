#include "tests/simulator/base64url.h"
#include "tests/simulator/form.h"
#include "tests/simulator/simulated_client.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>

namespace usaged::test {
namespace {

constexpr auto token_path = "/oauth2/v2.0/token";
constexpr auto redirect_uri = "http://localhost:8400/";
/// RFC 7636, appendix B
constexpr auto verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr auto challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

FormFields good_query(Simulator const& simulator)
{
    return {{"client_id", simulator.client_id()},
            {"response_type", "code"},
            {"response_mode", "query"},
            {"redirect_uri", redirect_uri},
            {"scope", "https://api.partnercenter.microsoft.com/user_impersonation offline_access openid profile"},
            {"state", "the=state&"},
            {"code_challenge", challenge},
            {"code_challenge_method", "S256"},
            {"prompt", "select_account"}};
}

std::string page_of(Simulator const& simulator, FormFields const& query, std::string const& path = "/oauth2/v2.0/")
{
    return '/' + simulator.tenant() + path + "authorize?" + to_form(query);
}

/// The query of the redirect after the person has signed in.
FormFields sign_in(Simulator const& simulator, FormFields query, std::string const& path = "/oauth2/v2.0/")
{
    query["signed_in"] = "1";
    auto const location = SimulatedClient{simulator}.get(page_of(simulator, query, path)).header("Location");
    REQUIRE(location.starts_with(std::string{redirect_uri} + '?'));
    REQUIRE(location.ends_with('#'));
    auto const start = location.find('?') + 1;
    return parse_form(location.substr(start, location.size() - start - 1)).value();
}

FormFields code_form(Simulator const& simulator, std::string const& code)
{
    return {{"grant_type", "authorization_code"},
            {"client_id", simulator.client_id()},
            {"client_secret", simulator.client_secret()},
            {"code", code},
            {"redirect_uri", redirect_uri},
            {"code_verifier", verifier}};
}

struct BadFields {
    char const* what;
    std::function<void(FormFields&)> change;
    char const* code;
};

std::vector<BadFields> bad_queries()
{
    return {
        {"other client", [](auto& query) { query["client_id"] += '0'; }, "700016"},
        {"implicit flow", [](auto& query) { query["response_type"] = "token"; }, "700054"},
        {"code in the fragment", [](auto& query) { query["response_mode"] = "fragment"; }, "70007"},
        {"foreign redirect", [](auto& query) { query["redirect_uri"] = "http://localhost.example/"; }, "50011"},
        {"redirect by address", [](auto& query) { query["redirect_uri"] = "http://127.0.0.1:8400/"; }, "50011"},
        {"redirect over TLS", [](auto& query) { query["redirect_uri"] = "https://localhost:8400/"; }, "50011"},
        {"no state", [](auto& query) { query.erase("state"); }, "900144"},
        {"no challenge", [](auto& query) { query.erase("code_challenge"); }, "501491"},
        {"plain challenge", [](auto& query) { query["code_challenge_method"] = "plain"; }, "501491"},
        {"no API", [](auto& query) { query["scope"] = "openid"; }, "70011"},
        {"resource", [](auto& query) { query["resource"] = "x"; }, "901002"},
        {"unknown prompt", [](auto& query) { query["prompt"] = "x"; }, "90023"},
        {"damaged claims", [](auto& query) { query["claims"] = "{"; }, "50140"},
    };
}

std::vector<BadFields> bad_code_forms()
{
    return {
        {"no code", [](auto& form) { form.erase("code"); }, "900144"},
        {"other code", [](auto& form) { form["code"] += 'x'; }, "70000"},
        {"other redirect", [](auto& form) { form["redirect_uri"] = "http://localhost:8400"; }, "500112"},
        {"no verifier", [](auto& form) { form.erase("code_verifier"); }, "501481"},
        {"other verifier", [](auto& form) { form["code_verifier"][0] = 'X'; }, "501481"},
        {"short verifier", [](auto& form) { form["code_verifier"] = "x"; }, "501481"},
        {"other client", [](auto& form) { form["client_id"] += 'x'; }, "700016"},
        {"other API", [](auto& form) { form["scope"] = "https://graph/.default"; }, "70011"},
    };
}

} // namespace

TEST_CASE("a person gets a page with a button, the browser then a redirect with code and state")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const page = client.get(page_of(simulator, good_query(simulator)));
    CHECK(page.status == 200);
    CHECK(page.body.find("<button>Sign in</button>") != std::string::npos);
    CHECK(page.body.find("<script>") == std::string::npos);
    CHECK(page.body.find("&amp;signed_in=1\"") != std::string::npos);
    auto const redirect = sign_in(simulator, good_query(simulator));
    CHECK(redirect.at("state") == "the=state&");
    CHECK_FALSE(redirect.at("code").empty());
    CHECK(is_guid(redirect.at("session_state")));
    CHECK(simulator.requests(Endpoint::authorize).size() == 2);
}

TEST_CASE("the button may press itself")
{
    Simulator simulator;
    simulator.sign_in_by_itself(true);
    auto const page = SimulatedClient{simulator}.get(page_of(simulator, good_query(simulator)));
    CHECK(page.body.find("<script>document.forms[0].submit();</script>") != std::string::npos);
}

TEST_CASE("a code is good for tokens once")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const code = sign_in(simulator, good_query(simulator)).at("code");
    auto const granted = client.post(token_path, code_form(simulator, code));
    REQUIRE(granted.status == 200);
    CHECK(client.ask(client.usage_request(text_field(granted.body, "access_token"))).status == 200);
    CHECK(text_field(id_token_claims(text_field(granted.body, "id_token")), "preferred_username") ==
          simulator.user_name());
    auto const refresh = client.token_form(text_field(granted.body, "refresh_token"));
    CHECK(client.post(token_path, refresh).status == 200);
    check_refused(client.post(token_path, code_form(simulator, code)), 400, "invalid_grant", "54005");
}

TEST_CASE("a code expires after ten minutes")
{
    Simulator simulator;
    auto const code = sign_in(simulator, good_query(simulator)).at("code");
    simulator.advance_clock(std::chrono::minutes{10});
    auto const answer = SimulatedClient{simulator}.post(token_path, code_form(simulator, code));
    check_refused(answer, 400, "invalid_grant", "70008");
}

TEST_CASE("a code is of no use to somebody else")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const code = sign_in(simulator, good_query(simulator)).at("code");
    for (auto const& bad : bad_code_forms()) {
        CAPTURE(bad.what);
        auto form = code_form(simulator, code);
        bad.change(form);
        auto const answer = client.post(token_path, form);
        CHECK(answer.status == 400);
        CHECK(answer.body.find("\"error_codes\":[" + std::string{bad.code} + ']') != std::string::npos);
    }
    CHECK(client.post(token_path, code_form(simulator, code)).status == 200);
}

TEST_CASE("without offline_access a code is good for no refresh token")
{
    Simulator const simulator;
    auto query = good_query(simulator);
    query["scope"] = "https://api.partnercenter.microsoft.com/user_impersonation";
    auto const form = code_form(simulator, sign_in(simulator, query).at("code"));
    auto const granted = SimulatedClient{simulator}.post(token_path, form);
    CHECK(granted.status == 200);
    CHECK(text_field(granted.body, "refresh_token").empty());
    CHECK(text_field(granted.body, "id_token").empty());
}

TEST_CASE("v1 names the API by its resource")
{
    Simulator const simulator;
    auto query = good_query(simulator);
    query.erase("scope");
    query["resource"] = "https://api.partnercenter.microsoft.com";
    auto form = code_form(simulator, sign_in(simulator, query, "/oauth2/").at("code"));
    form["resource"] = query["resource"];
    auto const granted = SimulatedClient{simulator}.post("/oauth2/token", form);
    CHECK(granted.status == 200);
    CHECK_FALSE(text_field(granted.body, "refresh_token").empty());
}

TEST_CASE("a wrong request ends on a page, not in a redirect")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    for (auto const& bad : bad_queries()) {
        CAPTURE(bad.what);
        auto query = good_query(simulator);
        query["signed_in"] = "1";
        bad.change(query);
        auto const answer = client.get(page_of(simulator, query));
        CHECK(answer.status == 400);
        CHECK(answer.header("Content-Type") == "text/html; charset=utf-8");
        CHECK(answer.header("Location").empty());
        CHECK(answer.body.find("AADSTS" + std::string{bad.code} + ": ") != std::string::npos);
    }
}

TEST_CASE("a refused consent sends the browser back with the error")
{
    Simulator simulator;
    simulator.refuse_consent("access_denied");
    auto const refused = sign_in(simulator, good_query(simulator));
    CHECK(refused.at("error") == "access_denied");
    CHECK(refused.at("error_description").starts_with("AADSTS65004: "));
    CHECK(refused.at("state") == "the=state&");
    CHECK_FALSE(refused.contains("code"));
    simulator.refuse_consent({});
    CHECK(sign_in(simulator, good_query(simulator)).contains("code"));
}

TEST_CASE("codes and verifiers are secrets, also those of requests that fail")
{
    Simulator simulator;
    auto const code = sign_in(simulator, good_query(simulator)).at("code");
    simulator.script(Endpoint::token, answer(503));
    CHECK(SimulatedClient{simulator}.post(token_path, code_form(simulator, code)).status == 503);
    auto const secrets = simulator.secrets();
    for (auto const& secret : {code, std::string{verifier}})
        CHECK(std::count(secrets.begin(), secrets.end(), secret) == 1);
}

TEST_CASE("digests are those of the standard's example")
{
    CHECK(s256(verifier) == challenge);
    CHECK(from_base64url(base64url("\xFB\xFF\x01")) == std::string{"\xFB\xFF\x01"});
    CHECK(base64url("\xFB\xFF") == "-_8");
    CHECK_FALSE(from_base64url("a+b").has_value());
}

} // namespace usaged::test
