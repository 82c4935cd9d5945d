#include "daemon/fault/classify.h"
#include "tests/daemon/fault/answer_case.h"

namespace usaged::test {
namespace {

using enum ErrorCategory;
using namespace std::chrono_literals;

constexpr AnswerCase sign_in[] = {
    {"token-error-50076-interaction-required.json", 400, auth, false, "interaction_required", "AADSTS50076", "login"},
    {"token-error-50076-mfa.json", 400, auth, false, "invalid_grant", "AADSTS50076", "usaged login"},
    {"token-error-50078-mfa-expired.json", 400, auth, false, "invalid_grant", "too long ago", "usaged login"},
    {"token-error-50079-mfa-enroll.json", 400, auth, false, "invalid_grant", "register", "usaged login"},
    {"token-error-50173-revoked.json", 400, auth, false, "invalid_grant", "revoked", "usaged login"},
    {"token-error-53003-ca-block.json", 400, auth, false, "invalid_grant", "policy", "may not help"},
    {"token-error-65001-consent.json", 400, auth, false, "invalid_grant", "granted", "API permissions"},
    {"token-error-70000-invalid.json", 400, auth, false, "invalid_grant", "may pass", "If it lasts"},
    {"token-error-70008-v1-two-codes.json", 400, auth, false, "invalid_grant", "AADSTS70008", "usaged login"},
    {"token-error-70043-signin-frequency.json", 400, auth, false, "invalid_grant", "how often", "usaged login"},
    {"token-error-700082-expired.json", 400, auth, false, "invalid_grant", "90 days", "usaged login"},
    {"token-error-700084-spa.json", 400, auth, false, "invalid_grant", "single-page", "redirect URI"},
    {"token-error-unknown-code.json", 400, auth, false, "invalid_grant", "AADSTS999999", "error?code=999999"},
};

constexpr AnswerCase settings[] = {
    {"token-error-7000215-bad-secret.json", 401, auth, false, "invalid_client", "secret is wrong", "not its id"},
    {"token-error-7000218-secret-missing.json", 401, auth, false, "invalid_client", "neither", "public client flows"},
    {"token-error-7000222-secret-expired.json", 401, auth, false, "invalid_client", "expired", "new client secret"},
    {"token-error-700025-public-with-secret.json", 401, auth, false, "invalid_client", "public client", "Remove"},
    {"token-error-700027-assertion-signature.json", 401, auth, true, "invalid_client", "certificate", "Upload"},
    {"token-error-700016-app-not-found.json", 400, auth, false, "unauthorized_client", "not known", "client_id"},
    {"token-error-90002-tenant.json", 400, auth, false, "invalid_request", "tenant", "partner_center.tenant"},
    {"token-error-500011-resource.json", 400, auth, false, "invalid_resource", "API", "partner_center.audience"},
    {"token-error-70011-scope.json", 400, auth, false, "invalid_scope", "scope", "partner_center.audience"},
    {"token-error-901002-resource-on-v2.json", 400, auth, false, "invalid_request", "resource", "token_endpoint"},
    {"devicecode-error-with-200.json", 200, auth, false, "unauthorized_client", "AADSTS700016", "client_id"},
};

constexpr AnswerCase passing[] = {
    {"token-error-90033-directory-unavailable.json", 503, http, true, "temporarily_unavailable", "directory", "again"},
    {"token-error-90033-directory-unavailable.json", 400, http, true, "temporarily_unavailable", "directory", "again"},
    {"token-error-50196-loop.json", 400, throttled, false, "invalid_grant", "request loop", "one usaged"},
    {"token-error-50196-loop.json", 429, throttled, false, "invalid_grant", "request loop", "one usaged"},
    {"token-error-429.txt", 429, throttled, true, "", "slow down", "waits"},
    {"token-error-500-html.txt", 500, http, true, "", "HTTP status 500", "Service health"},
    {"token-error-7000215-bad-secret.json", 500, http, true, "invalid_client", "AADSTS7000215", "Service health"},
};

constexpr AnswerCase device_code[] = {
    {"device-poll-pending.json", 400, auth, false, "authorization_pending", "nobody has signed in yet", "page"},
    {"device-poll-slow-down.json", 400, auth, false, "slow_down", "too often", "usaged login"},
    {"device-poll-declined.json", 400, auth, false, "authorization_declined", "declined", "usaged login"},
    {"device-poll-access-denied.json", 400, auth, false, "access_denied", "declined", "usaged login"},
    {"device-poll-expired.json", 400, auth, false, "expired_token", "expired", "usaged login"},
    {"device-poll-code-expired-v1.json", 400, auth, false, "code_expired", "expired", "usaged login"},
    {"device-poll-bad-code.json", 400, auth, false, "bad_verification_code", "not known", "usaged login"},
    {"device-poll-already-redeemed.json", 400, auth, false, "invalid_grant", "redeemed before", "usaged login"},
};

template <std::size_t size>
void check_all(AnswerCase const (&cases)[size])
{
    for (auto const& each : cases) {
        CAPTURE(each.file);
        CAPTURE(each.status);
        auto const body = sample(each.file);
        check(classify_token_answer({each.status, "", "", body}), each, body);
        check(classify_token_answer({each.status, "", "", "\xEF\xBB\xBF" + body}), each, body);
    }
}

Error refusal(std::string const& body, int status = 400)
{
    auto const error = classify_token_answer({status, "", "", body});
    REQUIRE(error);
    return *error;
}

} // namespace

TEST_CASE("a refusal that a new sign-in or an administrator mends says so")
{
    check_all(sign_in);
}

TEST_CASE("a refusal that a setting mends names the setting")
{
    check_all(settings);
}

TEST_CASE("a fault of Entra ID that passes is retried")
{
    check_all(passing);
}

TEST_CASE("the answers to a device code that is not redeemed yet keep their own names")
{
    check_all(device_code);
}

TEST_CASE("200 of the token endpoint is no error unless it has an error field")
{
    for (auto const& body : {sample("token-error-200-no-token.json"), sample("token-v2-success.json"),
                             std::string{R"({"error":""})"}, std::string{R"({"x":"error"})"}}) {
        CAPTURE(body);
        CHECK_FALSE(classify_token_answer({200, "", "", body}));
    }
}

TEST_CASE("a number that passes decides whatever the error field and the other numbers say")
{
    for (int const number : {50033, 50087, 50088, 90006, 90012, 90024, 90033, 90055, 90090}) {
        CAPTURE(number);
        auto const error = refusal(R"({"error":"invalid_grant","error_codes":[70008,)" + std::to_string(number) + "]}");
        CHECK(error.category() == http);
        CHECK(error.retryable());
        CHECK(contains(error.what(), "AADSTS" + std::to_string(number)));
    }
}

TEST_CASE("a request loop that Entra ID sees is left alone for five minutes at least")
{
    auto const body = sample("token-error-50196-loop.json");
    CHECK(classify_token_answer({400, "", "", body})->retry_after() == 5min);
    CHECK(classify_token_answer({400, "10", "", body})->retry_after() == 5min);
    CHECK(classify_token_answer({400, "600", "", body})->retry_after() == 10min);
    CHECK(refusal(R"({"error":"invalid_grant","error_codes":[70008,50196]})").retry_after() == 5min);
}

TEST_CASE("a certificate that is not accepted is tried again after ten seconds at least")
{
    for (int const number : {700027, 50012, 50013, 700030}) {
        CAPTURE(number);
        auto const body = R"({"error":"invalid_client","error_codes":[)" + std::to_string(number) + "]}";
        auto const error = refusal(body, 401);
        CHECK(error.category() == auth);
        CHECK(error.retryable());
        CHECK(error.retry_after() == 10s);
        CHECK(classify_token_answer({401, "30", "", body})->retry_after() == 30s);
    }
}

TEST_CASE("the error field decides where no number is known, and a suberror says more")
{
    struct Case {
        std::string_view fields;
        ErrorCategory category;
        std::string_view said;
        std::string_view remedied;
    };
    static constexpr Case cases[] = {
        {R"("error":"server_error")", http, "fault of its own", "again"},
        {R"("error":"invalid_client","error_codes":[70002])", auth, "AADSTS70002", "client_secret"},
        {R"("error":"invalid_grant","error_codes":[70002])", auth, "AADSTS70002", "usaged login"},
        {R"("error":"invalid_grant","suberror":"message_only")", auth, "does not help", "may not help"},
        {R"("error":"invalid_grant","suberror":"new_one")", auth, "no longer valid", "usaged login"},
        {R"("error":"server_error","suberror":"bad_token")", http, "fault of its own", "again"},
        {R"("error":"never_heard_of")", auth, "never_heard_of", "usaged check --online"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.fields);
        auto const error = refusal("{" + std::string{each.fields} + "}");
        CHECK(error.category() == each.category);
        CHECK(contains(error.what(), each.said));
        CHECK(contains(error.remedy(), each.remedied));
    }
}

TEST_CASE("what support asks for and what the next sign-in needs come with the refusal")
{
    auto const error = refusal(sample("token-error-53003-ca-block.json"));
    CHECK(error.ids().trace_id == "00000000-0000-0000-0000-00000000aaaa");
    CHECK(error.ids().correlation_id == "00000000-0000-0000-0000-00000000bbbb");
    CHECK(error.ids().timestamp == "2026-07-21 04:10:58Z");
    CHECK(error.ids().request_id.empty());
    CHECK(error.claims() == R"({"access_token":{"capolids":{"essential":true,)"
                            R"("values":["00000000-0000-0000-0000-00000000dddd"]}}})");
    CHECK_FALSE(contains(error.what(), "capolids"));
}

TEST_CASE("an error in a redirect is told by its error field and the numbers in its description")
{
    auto const policy = classify_redirect_error("access_denied", "AADSTS53003: Fake text. Trace ID: 0000");
    CHECK(policy.category() == auth);
    CHECK(std::string{policy.what()} ==
          "Entra ID refuses: a Conditional Access policy blocks it (AADSTS53003, access_denied)");
    CHECK(policy.api_code() == "access_denied");
    CHECK_FALSE(policy.http_status());
    CHECK(classify_redirect_error("server_error", "").category() == http);
    auto const hostile = classify_redirect_error("<script>", "FAKE-SECRET");
    CHECK(hostile.category() == auth);
    CHECK(hostile.api_code().empty());
    CHECK_FALSE(contains(std::string{hostile.what()} + hostile.remedy(), "script"));
}

} // namespace usaged::test
