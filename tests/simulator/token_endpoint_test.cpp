#include "tests/simulator/simulated_client.h"

#include <doctest/doctest.h>

#include <functional>

namespace usaged::test {
namespace {

using Form = std::map<std::string, std::string>;

struct BadForm {
    char const* what;
    std::function<void(Form&)> change;
    int status;
    char const* error;
    char const* code;
};

std::vector<BadForm> bad_forms()
{
    return {
        {"wrong secret", [](Form& form) { form["client_secret"] += 'x'; }, 401, "invalid_client", "7000215"},
        {"no secret", [](Form& form) { form.erase("client_secret"); }, 401, "invalid_client", "7000218"},
        {"other client", [](Form& form) { form["client_id"] += '0'; }, 400, "unauthorized_client", "700016"},
        {"other grant", [](Form& form) { form["grant_type"] = "password"; }, 400, "unsupported_grant_type", "70003"},
        {"no grant", [](Form& form) { form.erase("grant_type"); }, 400, "invalid_request", "900144"},
        {"unknown token", [](Form& form) { form["refresh_token"] = "x"; }, 400, "invalid_grant", "70000"},
        {"other scope", [](Form& form) { form["scope"] = "https://graph/.default"; }, 400, "invalid_scope", "70011"},
        {"no resource", [](Form& form) { form["scope"] = "offline_access"; }, 400, "invalid_scope", "70011"},
        {"resource", [](Form& form) { form["resource"] = "x"; }, 400, "invalid_request", "901002"},
    };
}

} // namespace

TEST_CASE("the token endpoint hands out a new pair of tokens each time")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const first = client.ask(client.token_request(client.token_form(simulator.seed_refresh_token())));
    REQUIRE(first.status == 200);
    auto const rotated = text_field(first.body, "refresh_token");
    auto const second = client.ask(client.token_request(client.token_form(rotated)));
    REQUIRE(second.status == 200);
    CHECK(rotated != simulator.seed_refresh_token());
    CHECK(text_field(second.body, "refresh_token") != rotated);
    CHECK(text_field(second.body, "access_token") != text_field(first.body, "access_token"));
}

TEST_CASE("the token endpoint refuses bad forms as Entra ID does")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    for (auto const& bad : bad_forms()) {
        CAPTURE(bad.what);
        auto form = client.token_form(simulator.seed_refresh_token());
        bad.change(form);
        check_refused(client.ask(client.token_request(form)), bad.status, bad.error, bad.code);
    }
}

TEST_CASE("the token endpoint refuses repeated fields and bad encodings")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    for (auto const* const body : {"scope=a&scope=a", "scope=%4", "scope=a b", "scope"}) {
        CAPTURE(body);
        check_refused(client.ask(client.token_request_of(body)), 400, "invalid_request", "9002313");
    }
}

TEST_CASE("the token endpoint knows one tenant and one content type")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto const good = client.token_request(client.token_form(simulator.seed_refresh_token()));
    auto other_tenant = good;
    other_tenant.replace(other_tenant.find(simulator.tenant()), 3, "aaa");
    check_refused(client.ask(other_tenant), 400, "invalid_request", "90002");
    auto other_type = good;
    other_type.replace(other_type.find("x-www-form"), 10, "X-abc-form");
    check_refused(client.ask(other_type), 400, "invalid_request", "900144");
}

TEST_CASE("the scope may name the simulator itself")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto form = client.token_form(simulator.seed_refresh_token());
    form["scope"] = simulator.base_url() + "/user_impersonation";
    auto const answer = client.ask(client.token_request(form));
    CHECK(answer.status == 200);
    CHECK(text_field(answer.body, "refresh_token").empty()); // without offline_access there is none
}

TEST_CASE("revoked refresh tokens are refused until a person signs in again")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    simulator.revoke_refresh_tokens();
    auto const refused = client.ask(client.token_request(client.token_form(simulator.seed_refresh_token())));
    check_refused(refused, 400, "invalid_grant", "700082");
    auto const fresh = simulator.issue_refresh_token();
    CHECK(client.ask(client.token_request(client.token_form(fresh))).status == 200);
}

TEST_CASE("a public client must not send a secret")
{
    SimulatorOptions options;
    options.public_client = true;
    Simulator const simulator{options};
    SimulatedClient const client{simulator};
    auto form = client.token_form(simulator.seed_refresh_token());
    form["client_secret"] = "x";
    check_refused(client.ask(client.token_request(form)), 401, "invalid_client", "700025");
    form.erase("client_secret");
    CHECK(client.ask(client.token_request(form)).status == 200);
}

} // namespace usaged::test
