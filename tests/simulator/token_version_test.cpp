#include "tests/simulator/simulated_client.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

constexpr auto v1_path = "/oauth2/token";
constexpr auto v2_path = "/oauth2/v2.0/token";

std::map<std::string, std::string> v1_form(Simulator const& simulator)
{
    auto form = SimulatedClient{simulator}.token_form(simulator.seed_refresh_token());
    form["scope"] = "openid";
    form["resource"] = "https://api.partnercenter.microsoft.com";
    return form;
}

} // namespace

TEST_CASE("the v1 endpoint grants with numbers as text")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const answer = client.post(v1_path, v1_form(simulator));
    REQUIRE(answer.status == 200);
    CHECK(text_field(answer.body, "expires_in") == "3600");
    CHECK(text_field(answer.body, "resource") == "https://api.partnercenter.microsoft.com");
    CHECK(text_field(answer.body, "scope") == "user_impersonation");
    CHECK_FALSE(text_field(answer.body, "refresh_token").empty());
    CHECK(client.ask(client.usage_request(text_field(answer.body, "access_token"))).status == 200);
    CHECK(simulator.requests(Endpoint::token).size() == 1);
}

TEST_CASE("the v1 endpoint wants a resource that it knows, whatever the scope says")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto form = v1_form(simulator);
    form.erase("scope");
    form["resource"] = simulator.base_url();
    CHECK(client.post(v1_path, form).status == 200);
    form["resource"] = "https://graph.windows.net";
    check_refused(client.post(v1_path, form), 400, "invalid_resource", "500011");
    form.erase("resource");
    check_refused(client.post(v1_path, form), 400, "invalid_request", "900144");
}

TEST_CASE("token answers may say when to refresh")
{
    SimulatorOptions options;
    options.refresh_in = std::chrono::seconds{1800};
    Simulator const simulator{options};
    SimulatedClient const client{simulator};
    auto const v2 = client.post(v2_path, client.token_form(simulator.seed_refresh_token()));
    CHECK(v2.body.find("\"refresh_in\":1800,") != std::string::npos);
    CHECK(text_field(client.post(v1_path, v1_form(simulator)).body, "refresh_in") == "1800");
}

TEST_CASE("an id_token comes when openid is asked for, and says who signed in")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto form = client.token_form(simulator.seed_refresh_token());
    CHECK(text_field(client.post(v2_path, form).body, "id_token").empty());
    form["scope"] += " openid profile";
    auto const id_token = text_field(client.post(v2_path, form).body, "id_token");
    auto const claims = id_token_claims(id_token);
    CHECK(text_field(claims, "preferred_username") == simulator.user_name());
    CHECK(text_field(claims, "tid") == simulator.tenant());
    CHECK_FALSE(text_field(claims, "name").empty());
    auto const v1_claims = id_token_claims(text_field(client.post(v1_path, v1_form(simulator)).body, "id_token"));
    CHECK(text_field(v1_claims, "upn") == simulator.user_name());
}

TEST_CASE("a refusal names the call, in the way of its endpoint")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    for (auto const* const path : {v1_path, v2_path}) {
        CAPTURE(path);
        auto const answer = client.post(path, {{"grant_type", "x"}});
        auto const trace = text_field(answer.body, "trace_id");
        CHECK(is_guid(trace));
        CHECK(answer.header("x-ms-request-id") == trace);
        CHECK(is_guid(text_field(answer.body, "correlation_id")));
        CHECK(text_field(answer.body, "timestamp").ends_with('Z'));
        auto const separator = std::string_view{path} == v1_path ? "\\u000d\\u000aTrace ID: " : " Trace ID: ";
        CHECK(answer.body.find(separator + trace) != std::string::npos);
    }
}

TEST_CASE("the client's own request id becomes the correlation id")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto request = client.token_request({{"grant_type", "x"}});
    auto const id = random_guid();
    request.insert(request.find("\r\n") + 2, "client-request-id: " + id + "\r\nreturn-client-request-id: true\r\n");
    auto const answer = client.ask(request);
    CHECK(text_field(answer.body, "correlation_id") == id);
    CHECK(answer.header("client-request-id") == id);
}

TEST_CASE("the configuration of the tenant can be read, that of another one cannot")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const path = "/v2.0/.well-known/openid-configuration";
    auto const known = client.get('/' + simulator.tenant() + path);
    CHECK(known.status == 200);
    CHECK(text_field(known.body, "token_endpoint") == client.url(v2_path));
    check_refused(client.get("/other.example" + std::string{path}), 400, "invalid_request", "90002");
}

TEST_CASE("every answer has a date, which follows the simulator's clock")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    simulator.advance_clock(std::chrono::hours{24 * 365});
    auto const year = http_date(std::chrono::system_clock::now() + std::chrono::hours{24 * 365}).substr(8, 8);
    for (auto const* const target : {"/", "/v1/analytics/licenses/usage", "/x/oauth2/token", "/x/oauth2/authorize"}) {
        CAPTURE(target);
        CHECK(client.get(target).header("Date").substr(8, 8) == year);
    }
}

} // namespace usaged::test
