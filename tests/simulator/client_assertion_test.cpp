#include "tests/simulator/assertion.h"
#include "tests/simulator/client_assertion.h"
#include "tests/simulator/simulated_client.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <filesystem>
#include <functional>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

constexpr auto token_path = "/oauth2/v2.0/token";

/// One for all tests: making a key takes its time.
KeyedCertificate const& certificate()
{
    static KeyedCertificate const made = make_client_certificate();
    return made;
}

SimulatorOptions with_certificate()
{
    SimulatorOptions options;
    options.client_certificate = certificate().certificate_pem;
    options.client_key = certificate().key_pem;
    return options;
}

std::map<std::string, std::string> form_with(Simulator const& simulator, std::string const& assertion)
{
    auto form = SimulatedClient{simulator}.token_form(simulator.seed_refresh_token());
    form.erase("client_secret");
    form["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    form["client_assertion"] = assertion;
    return form;
}

struct BadAssertion {
    char const* what;
    std::function<void(AssertionParts&)> change;
    char const* code;
};

std::vector<BadAssertion> bad_assertions()
{
    return {
        {"unknown certificate", [](auto& parts) { parts.header["x5t#S256"].replace(1, 2, "zz"); }, "700027"},
        {"signed otherwise", [](auto& parts) { parts.pss = false; }, "700027"},
        {"other algorithm", [](auto& parts) { parts.header["alg"] = R"("HS256")"; }, "50027"},
        {"other type", [](auto& parts) { parts.header.erase("typ"); }, "50027"},
        {"other audience", [](auto& parts) { parts.claims["aud"].insert(1, "x"); }, "50012"},
        {"other issuer", [](auto& parts) { parts.claims["iss"] = R"("x")"; }, "700021"},
        {"other subject", [](auto& parts) { parts.claims["sub"] = R"("x")"; }, "50048"},
        {"expired", [](auto& parts) { parts.claims["exp"] = parts.claims["nbf"]; }, "700024"},
        {"not yet valid", [](auto& parts) { parts.claims["nbf"] = parts.claims["exp"]; }, "700024"},
        {"times as text", [](auto& parts) { parts.claims["exp"] = R"("9999999999")"; }, "50027"},
        {"no id", [](auto& parts) { parts.claims.erase("jti"); }, "50027"},
    };
}

} // namespace

TEST_CASE(
    "the given assertion proves what it says until it is used or expires, and one of the older kind proves nothing")
{
    fs::path const data{USAGED_TEST_DATA};
    simdjson::dom::parser parser;
    auto const vector = parser.parse(read_file(data / "client-assertion-vector.json"));
    std::string const client_id{std::string_view{vector["claims"]["iss"]}};
    std::string const url{std::string_view{vector["claims"]["aud"]}};
    AssertionCheck::Time const issued{std::chrono::seconds{std::int64_t{vector["claims"]["nbf"]}}};
    std::string const assertion{std::string_view{vector["ps256"]["assertion"]}};
    AssertionCheck check{client_id, read_file(data / "cert-test.pem")};
    auto const expired = check.refuse(assertion, url, issued + std::chrono::minutes{10});
    REQUIRE(expired.has_value());
    CHECK(expired->code == 700024);
    CHECK_FALSE(check.refuse(assertion, url, issued).has_value());
    CHECK(check.refuse(assertion, url, issued).has_value());
    auto const older_kind = check.refuse(std::string_view{vector["rs256"]["assertion"]}, url, issued);
    REQUIRE(older_kind.has_value());
    CHECK(older_kind->code == 50027);
}

TEST_CASE("a good assertion works once")
{
    Simulator const simulator{with_certificate()};
    SimulatedClient const client{simulator};
    auto const assertion =
        sign(good_assertion(certificate(), simulator.client_id(), client.url(token_path)), certificate());
    auto const form = form_with(simulator, assertion);
    CHECK(client.post(token_path, form).status == 200);
    check_refused(client.post(token_path, form), 401, "invalid_client", "50013");
}

TEST_CASE("an assertion is for one of the two token endpoints")
{
    Simulator const simulator{with_certificate()};
    SimulatedClient const client{simulator};
    auto const assertion =
        sign(good_assertion(certificate(), simulator.client_id(), client.url("/oauth2/token")), certificate());
    check_refused(client.post(token_path, form_with(simulator, assertion)), 401, "invalid_client", "50012");
}

TEST_CASE("bad assertions are refused as Entra ID does")
{
    Simulator const simulator{with_certificate()};
    SimulatedClient const client{simulator};
    for (auto const& bad : bad_assertions()) {
        CAPTURE(bad.what);
        auto parts = good_assertion(certificate(), simulator.client_id(), client.url(token_path));
        bad.change(parts);
        auto const form = form_with(simulator, sign(parts, certificate()));
        check_refused(client.post(token_path, form), 401, "invalid_client", bad.code);
    }
    for (auto const* const text : {"x", "x.y", "e30.e30.!", "e30.e30.e30"}) {
        CAPTURE(text);
        check_refused(client.post(token_path, form_with(simulator, text)), 401, "invalid_client", "50027");
    }
}

TEST_CASE("an application with a certificate needs an assertion and nothing else")
{
    Simulator const simulator{with_certificate()};
    SimulatedClient const client{simulator};
    auto const assertion =
        sign(good_assertion(certificate(), simulator.client_id(), client.url(token_path)), certificate());
    auto form = form_with(simulator, assertion);
    form["client_secret"] = "x";
    check_refused(client.post(token_path, form), 400, "invalid_request", "9002313");
    form.erase("client_assertion");
    check_refused(client.post(token_path, form), 401, "invalid_client", "7000215");
    form.erase("client_secret");
    check_refused(client.post(token_path, form), 401, "invalid_client", "7000218");
    form["client_assertion"] = assertion;
    form.erase("client_assertion_type");
    check_refused(client.post(token_path, form), 400, "invalid_request", "900144");
}

TEST_CASE("an application without a certificate cannot use an assertion")
{
    SimulatorOptions public_client;
    public_client.public_client = true;
    Simulator const with_secret;
    Simulator const without{public_client};
    check_refused(SimulatedClient{with_secret}.post(token_path, form_with(with_secret, "x")), 401, "invalid_client",
                  "700027");
    check_refused(SimulatedClient{without}.post(token_path, form_with(without, "x")), 401, "invalid_client", "700025");
}

TEST_CASE("the configuration of an application with a certificate names a private file with both parts")
{
    TempDir const directory;
    Simulator const simulator{with_certificate()};
    auto const yaml = read_file(simulator.configuration(directory.path()));
    auto const file = directory.path() / "app.pem";
    CHECK(yaml.find("certificate: {file: \"" + file.string() + "\"}") != std::string::npos);
    CHECK(yaml.find("client_secret") == std::string::npos);
    CHECK(read_file(file) == certificate().certificate_pem + certificate().key_pem + '\n');
    CHECK(fs::status(file).permissions() == fs::perms{0600});
}

} // namespace usaged::test
