#include "tests/simulator/form.h"
#include "tests/simulator/simulated_client.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <stdexcept>

namespace usaged::test {
namespace {

constexpr auto token_path = "/oauth2/v2.0/token";

FormFields code_request(Simulator const& simulator)
{
    return {{"client_id", simulator.client_id()},
            {"scope", "https://api.partnercenter.microsoft.com/user_impersonation offline_access openid profile"}};
}

ReceivedAnswer ask_for_code(Simulator const& simulator)
{
    return SimulatedClient{simulator}.post("/oauth2/v2.0/devicecode", code_request(simulator));
}

FormFields poll_form(Simulator const& simulator, std::string const& device_code)
{
    return {{"grant_type", "urn:ietf:params:oauth:grant-type:device_code"},
            {"client_id", simulator.client_id()},
            {"client_secret", simulator.client_secret()},
            {"device_code", device_code}};
}

/// The answer to a poll with the device code of that answer.
ReceivedAnswer poll(Simulator const& simulator, ReceivedAnswer const& given, std::string const& path = token_path)
{
    return SimulatedClient{simulator}.post(path, poll_form(simulator, text_field(given.body, "device_code")));
}

} // namespace

TEST_CASE("a device code comes with what the person and the client need")
{
    Simulator const simulator;
    auto const given = ask_for_code(simulator);
    REQUIRE(given.status == 200);
    CHECK(text_field(given.body, "user_code").size() == 9);
    CHECK(text_field(given.body, "verification_uri") == "https://microsoft.com/devicelogin");
    CHECK(given.body.find("\"expires_in\":900,\"interval\":5,") != std::string::npos);
    CHECK(text_field(given.body, "message").find(text_field(given.body, "user_code")) != std::string::npos);
    CHECK(simulator.requests(Endpoint::device_code).size() == 1);
}

TEST_CASE("a device code is good for tokens once, after the person has approved")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    auto const given = ask_for_code(simulator);
    check_refused(poll(simulator, given), 400, "authorization_pending", "70016");
    simulator.approve_device(text_field(given.body, "user_code"));
    auto const granted = poll(simulator, given);
    REQUIRE(granted.status == 200);
    CHECK(client.ask(client.usage_request(text_field(granted.body, "access_token"))).status == 200);
    CHECK_FALSE(text_field(granted.body, "refresh_token").empty());
    CHECK_FALSE(text_field(granted.body, "id_token").empty());
    check_refused(poll(simulator, given), 400, "invalid_grant", "54005");
}

TEST_CASE("a declined device code stays declined")
{
    Simulator simulator;
    auto const given = ask_for_code(simulator);
    simulator.decline_device(text_field(given.body, "user_code"));
    check_refused(poll(simulator, given), 400, "authorization_declined", "70017");
    check_refused(poll(simulator, given), 400, "authorization_declined", "70017");
}

TEST_CASE("a device code expires after 15 minutes, and each endpoint has its own word for that")
{
    Simulator simulator;
    auto const given = ask_for_code(simulator);
    simulator.advance_clock(std::chrono::minutes{15});
    check_refused(poll(simulator, given), 400, "expired_token", "70020");
    check_refused(poll(simulator, given, "/oauth2/token"), 400, "code_expired", "70019");
}

TEST_CASE("an unknown device code is refused, and so is an unknown user code")
{
    Simulator simulator;
    SimulatedClient const client{simulator};
    check_refused(client.post(token_path, poll_form(simulator, "x")), 400, "bad_verification_code", "70018");
    CHECK_THROWS_AS(simulator.approve_device("x"), std::invalid_argument);
    CHECK_THROWS_AS(simulator.decline_device("x"), std::invalid_argument);
}

TEST_CASE("the v1 endpoint writes numbers as text and has older names")
{
    SimulatorOptions options;
    options.device_code_interval = std::chrono::seconds{1};
    Simulator simulator{options};
    SimulatedClient const client{simulator};
    auto request = code_request(simulator);
    request["resource"] = "https://api.partnercenter.microsoft.com";
    auto const given = client.post("/oauth2/devicecode", request);
    CHECK_FALSE(text_field(given.body, "verification_url").empty());
    CHECK(text_field(given.body, "expires_in") == "900");
    CHECK(text_field(given.body, "interval") == "1");
    simulator.approve_device(text_field(given.body, "user_code"));
    FormFields form{{"grant_type", "device_code"},
                    {"client_id", simulator.client_id()},
                    {"client_secret", simulator.client_secret()},
                    {"resource", request["resource"]},
                    {"code", text_field(given.body, "device_code")}};
    CHECK(client.post("/oauth2/token", form).status == 200);
}

TEST_CASE("a device code is given to the application and for the API only")
{
    Simulator const simulator;
    SimulatedClient const client{simulator};
    auto request = code_request(simulator);
    request["client_id"] += 'x';
    check_refused(client.post("/oauth2/v2.0/devicecode", request), 400, "unauthorized_client", "700016");
    request = code_request(simulator);
    request["scope"] = "offline_access";
    check_refused(client.post("/oauth2/v2.0/devicecode", request), 400, "invalid_scope", "70011");
}

TEST_CASE("a device code is a secret, a user code is not")
{
    Simulator const simulator;
    auto const given = ask_for_code(simulator);
    auto const secrets = simulator.secrets();
    CHECK(std::count(secrets.begin(), secrets.end(), text_field(given.body, "device_code")) == 1);
    CHECK(std::count(secrets.begin(), secrets.end(), text_field(given.body, "user_code")) == 0);
}

} // namespace usaged::test
