#include "daemon/fault/classify.h"
#include "tests/daemon/fault/answer_case.h"

namespace usaged::test {
namespace {

using enum ErrorCategory;
using namespace std::chrono_literals;

constexpr AnswerCase answers[] = {
    {"error-400-2000-bad-input.json", 400, http, false, "2000", "not acceptable", "usaged check"},
    {"error-404-3000-doc.json", 404, http, false, "3000", "no data for it", "usaged check"},
    {"error-404-60003-tenant.json", 404, http, false, "60003", "no such tenant", "Partner Center > Customers"},
    {"error-404-gateway.json", 404, http, false, "", "HTTP status 404", "partner_center.base_url"},
    {"error-extended-shape.json", 400, http, false, "600061", "HTTP status 400, code 600061", "usaged check"},
    {"error-extended-shape.json", 500, http, false, "600061", "failed", "Service health"},
    {"error-extended-shape.json", 408, http, true, "600061", "in time", "again"},
    {"error-extended-retryable.json", 500, http, true, "800003", "unexpected error", "Microsoft"},
    {"error-extended-retryable.json", 409, http, true, "800003", "HTTP status 409", "usaged check"},
    {"error-extended-retryable.json", 401, auth, false, "800003", "access token", "usaged login", true},
    {"error-extended-retryable.json", 403, auth, false, "800003", "refuses access", "User management"},
    {"error-500-800003.json", 500, http, true, "800003", "unexpected error", "MS-CorrelationId"},
    {"error-503-html.txt", 503, http, true, "", "HTTP status 503", "Service health"},
    {"error-429-gateway.json", 429, throttled, true, "", "slow down", "poll less often"},
    {"error-429-http-date.json", 429, throttled, true, "", "slow down", "poll less often"},
    {"error-429-fault-no-header.json", 429, throttled, true, "429", "slow down", "poll less often"},
    {"error-401-400-access-denied.json", 401, auth, false, "400", "denied", "usaged login", true},
    {"error-401-800001-token-missing.json", 401, auth, false, "800001", "no token", "usaged login", true},
    {"error-401-gateway-audience.json", 401, auth, false, "", "access token", "usaged check --online", true},
    {"error-401-empty.txt", 401, auth, false, "", "access token", "usaged login", true},
    {"error-401-900420-audience.json", 401, auth, false, "900420", "audience", "partner_center.audience"},
    {"error-401-900421-mfa.json", 401, auth, false, "900421", "multi-factor authentication", "usaged login"},
    {"error-401-900421-mfa.json", 403, auth, false, "900421", "multi-factor authentication", "usaged login"},
    {"error-401-mfa-legacy.txt", 401, auth, false, "", "multi-factor authentication", "usaged login"},
    {"error-401-mfa-legacy.txt", 403, auth, false, "", "multi-factor authentication", "usaged login"},
    {"error-401-mfa-legacy.txt", 400, http, false, "", "HTTP status 400", "usaged check"},
    {"error-403-900329-app-only.json", 403, auth, false, "900329", "application alone", "usaged login"},
    {"error-403-900150-role.json", 403, auth, false, "900150", "role", "User management"},
    {"error-403-900150-role.json", 401, auth, false, "900150", "role", "User management", true},
    {"error-403-20002-no-relationship.json", 403, auth, false, "20002", "relationship", "Partner Center > Customers"},
};

} // namespace

TEST_CASE("the status of an API answer decides and the code in its body refines")
{
    for (auto const& each : answers) {
        CAPTURE(each.file);
        CAPTURE(each.status);
        auto const body = sample(each.file);
        check(classify_api_answer({each.status, "", "", body}), each, body);
        check(classify_api_answer({each.status, "", "", "\xEF\xBB\xBF" + body}), each, body);
    }
}

TEST_CASE("200 of the API is no error, whatever the body")
{
    CHECK_FALSE(classify_api_answer({200, "", "", sample("error-200-html.txt")}));
    CHECK_FALSE(classify_api_answer({200, "", "", sample("error-500-800003.json")}));
}

TEST_CASE("no status but 200 is a snapshot or a token")
{
    for (int const status : {201, 202, 203, 204, 205, 206, 226, 299, 300, 301, 302, 303, 304, 307, 308, 399}) {
        CAPTURE(status);
        for (auto const& error :
             {classify_api_answer({status, "", "", ""}), classify_token_answer({status, "", "", ""})}) {
            REQUIRE(error);
            CHECK(error->category() == http);
            CHECK_FALSE(error->retryable());
            CHECK_FALSE(error->wants_new_token());
        }
    }
}

TEST_CASE("a status that says it will pass is retried, any other is not")
{
    struct Case {
        int status;
        bool retryable;
    };
    static constexpr Case cases[] = {{408, true},  {500, true},  {501, true},  {502, true},  {503, true},
                                     {504, true},  {599, true},  {400, false}, {402, false}, {404, false},
                                     {405, false}, {406, false}, {409, false}, {410, false}, {412, false}};
    for (auto const& each : cases) {
        CAPTURE(each.status);
        auto const error = classify_api_answer({each.status, "", "", ""});
        REQUIRE(error);
        CHECK(error->category() == http);
        CHECK(error->retryable() == each.retryable);
    }
}

TEST_CASE("the wait that a server asks for is kept with the error")
{
    auto const html = classify_api_answer({503, "120", "", sample("error-503-html.txt")});
    CHECK(html->retry_after() == 120s);
    auto const dated = classify_api_answer({429, "Tue, 21 Jul 2026 04:11:55 GMT", "Tue, 21 Jul 2026 04:10:58 GMT", ""});
    CHECK(dated->retry_after() == 57s);
    CHECK(classify_token_answer({429, "60", "", ""})->retry_after() == 60s);
    CHECK_FALSE(classify_api_answer({429, "", "", sample("error-429-fault-no-header.json")})->retry_after());
    CHECK_FALSE(classify_api_answer({429, "-5", "", ""})->retry_after());
}

TEST_CASE("throttling without Retry-After waits as long as the gateway says in words")
{
    auto const gateway = sample("error-429-gateway.json");
    CHECK(classify_api_answer({429, "", "", gateway})->retry_after() == 57s);
    CHECK(classify_api_answer({429, "soon", "", gateway})->retry_after() == 57s);
    CHECK(classify_api_answer({429, "90", "", gateway})->retry_after() == 90s);
    CHECK_FALSE(classify_api_answer({400, "", "", gateway})->retry_after());
}

TEST_CASE("an answer that concerns the one customer of the request is told from others")
{
    struct Case {
        int status;
        std::string_view code;
        bool about_customer;
    };
    static constexpr Case cases[] = {
        {403, "20002", true},  {404, "60003", true},   {400, "900118", true}, {404, "900118", true},
        {401, "20002", false}, {429, "900118", false}, {408, "60003", false}, {500, "60003", false},
        {403, "2032", false},  {403, "", false},       {404, "", false},      {400, "2000", false},
    };
    for (auto const& each : cases) {
        CAPTURE(each.status);
        CAPTURE(each.code);
        auto const body = R"({"code":")" + std::string{each.code} + R"("})";
        auto const error = classify_api_answer({each.status, "", "", body});
        CHECK(error->about_customer() == each.about_customer);
        CHECK_FALSE((each.about_customer && error->retryable()));
    }
}

TEST_CASE("nothing at a path is told from something that the API does not have")
{
    struct Case {
        int status;
        std::string body;
        bool plain;
    };
    Case const cases[] = {
        {404, "", true},
        {404, "<html>", true},
        {404, R"({"code":"unheard-of"})", true},
        {404, sample("error-404-gateway.json"), true},
        {404, sample("error-404-60003-tenant.json"), false},
        {404, sample("error-404-3000-doc.json"), false},
        {400, "", false},
        {410, "", false},
    };
    for (auto const& each : cases) {
        CAPTURE(each.body);
        CHECK(is_plain_not_found(*classify_api_answer({each.status, "", "", each.body})) == each.plain);
    }
    CHECK_FALSE(is_plain_not_found(Error{ErrorCategory::network, "no answer"}));
}

TEST_CASE("an error body of any other shape leaves the status to decide")
{
    for (std::string const body : {"", "[]", "null", "{", "\"code\"", "{\"code\":1}x", "\xFF\xFE"}) {
        CAPTURE(body);
        auto const error = classify_api_answer({404, "", "", body});
        CHECK(error->category() == http);
        CHECK(error->api_code().empty());
        auto const refusal = classify_token_answer({400, "", "", body});
        CHECK(refusal->category() == auth);
        CHECK(contains(refusal->remedy(), "partner_center.authority"));
    }
}

TEST_CASE("an error body that echoes a credential passes none of it on")
{
    std::string const secret = "FAKE-SECRET-IN-BODY";
    for (int const status : {200, 400, 401, 403, 404, 429, 500}) {
        CAPTURE(status);
        auto const body = R"({"error":"invalid_grant","error_description":")" + secret + R"(","code":"x )" + secret +
                          R"(","message":")" + secret + R"(","trace_id":")" + secret + R"(","timestamp":")" + secret +
                          R"(","suberror":"x )" + secret + "\"}";
        for (auto const& error :
             {classify_api_answer({status, "", "", body}), classify_token_answer({status, "", "", body})}) {
            if (!error) continue;
            auto const all = std::string{error->what()} + error->remedy() + error->api_code() + error->ids().trace_id +
                             error->ids().correlation_id + error->ids().timestamp + error->claims();
            CHECK_FALSE(contains(all, secret));
        }
    }
}

} // namespace usaged::test
