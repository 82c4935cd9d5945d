#include "daemon/fault/classify.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace usaged::test {
namespace {

using enum ErrorCategory;

struct AnswerCase {
    std::string_view file; ///< in tests/data
    int status;
    ErrorCategory category;
    bool retryable;
    bool wants_new_token;
    std::string_view api_code;
    std::string_view said = {}; ///< a part of what() that a person needs
};

constexpr AnswerCase api_answers[] = {
    {"error-400-2000-bad-input.json", 400, http, false, false, "2000"},
    {"error-404-3000-doc.json", 404, http, false, false, "3000"},
    {"error-404-60003-tenant.json", 404, http, false, false, "60003"},
    {"error-404-gateway.json", 404, http, false, false, ""},
    {"error-extended-shape.json", 400, http, false, false, "600061"},
    {"error-extended-retryable.json", 500, http, true, false, "800003"},
    {"error-500-800003.json", 500, http, true, false, "800003"},
    {"error-503-html.txt", 503, http, true, false, ""},
    {"error-429-gateway.json", 429, throttled, true, false, ""},
    {"error-429-http-date.json", 429, throttled, true, false, ""},
    {"error-429-fault-no-header.json", 429, throttled, true, false, "429"},
    {"error-401-400-access-denied.json", 401, auth, false, true, "400"},
    {"error-401-800001-token-missing.json", 401, auth, false, true, "800001"},
    {"error-401-gateway-audience.json", 401, auth, false, true, ""},
    {"error-401-empty.txt", 401, auth, false, true, ""},
    {"error-401-900420-audience.json", 401, auth, false, false, "900420"},
    {"error-401-900421-mfa.json", 401, auth, false, false, "900421", "multi-factor authentication"},
    {"error-401-900421-mfa.json", 403, auth, false, false, "900421", "multi-factor authentication"},
    {"error-401-mfa-legacy.txt", 401, auth, false, false, "", "multi-factor authentication"},
    {"error-403-900329-app-only.json", 403, auth, false, false, "900329"},
    {"error-403-900150-role.json", 403, auth, false, false, "900150"},
    {"error-403-20002-no-relationship.json", 403, auth, false, false, "20002"},
};

constexpr AnswerCase token_answers[] = {
    {"token-error-50076-interaction-required.json", 400, auth, false, false, "interaction_required", "AADSTS50076"},
    {"token-error-50076-mfa.json", 400, auth, false, false, "invalid_grant", "AADSTS50076"},
    {"token-error-50078-mfa-expired.json", 400, auth, false, false, "invalid_grant", "AADSTS50078"},
    {"token-error-50079-mfa-enroll.json", 400, auth, false, false, "invalid_grant", "AADSTS50079"},
    {"token-error-50173-revoked.json", 400, auth, false, false, "invalid_grant", "AADSTS50173"},
    {"token-error-53003-ca-block.json", 400, auth, false, false, "invalid_grant", "AADSTS53003"},
    {"token-error-65001-consent.json", 400, auth, false, false, "invalid_grant", "AADSTS65001"},
    {"token-error-70000-invalid.json", 400, auth, false, false, "invalid_grant", "AADSTS70000"},
    {"token-error-70008-v1-two-codes.json", 400, auth, false, false, "invalid_grant", "AADSTS70002"},
    {"token-error-70043-signin-frequency.json", 400, auth, false, false, "invalid_grant", "AADSTS70043"},
    {"token-error-700082-expired.json", 400, auth, false, false, "invalid_grant", "refresh token"},
    {"token-error-700084-spa.json", 400, auth, false, false, "invalid_grant", "AADSTS700084"},
    {"token-error-unknown-code.json", 400, auth, false, false, "invalid_grant", "AADSTS999999"},
    {"token-error-7000215-bad-secret.json", 401, auth, false, false, "invalid_client", "the application"},
    {"token-error-7000218-secret-missing.json", 401, auth, false, false, "invalid_client", "the application"},
    {"token-error-7000222-secret-expired.json", 401, auth, false, false, "invalid_client", "the application"},
    {"token-error-700025-public-with-secret.json", 401, auth, false, false, "invalid_client", "the application"},
    {"token-error-700027-assertion-signature.json", 401, auth, false, false, "invalid_client", "the application"},
    {"token-error-700016-app-not-found.json", 400, auth, false, false, "unauthorized_client", "the application"},
    {"token-error-90002-tenant.json", 400, auth, false, false, "invalid_request", "AADSTS90002"},
    {"token-error-500011-resource.json", 400, auth, false, false, "invalid_resource", "AADSTS500011"},
    {"token-error-70011-scope.json", 400, auth, false, false, "invalid_scope", "AADSTS70011"},
    {"token-error-901002-resource-on-v2.json", 400, auth, false, false, "invalid_request", "AADSTS901002"},
    {"token-error-90033-directory-unavailable.json", 503, http, true, false, "temporarily_unavailable"},
    {"token-error-90033-directory-unavailable.json", 400, http, true, false, "temporarily_unavailable"},
    {"token-error-50196-loop.json", 400, throttled, true, false, "invalid_grant", "request loop"},
    {"token-error-429.txt", 429, throttled, true, false, ""},
    {"token-error-500-html.txt", 500, http, true, false, ""},
};

std::string sample(std::string_view file)
{
    return read_file(std::string{USAGED_TEST_DATA} + "/" + std::string{file});
}

/// Whether `text` repeats a stretch of the body that is longer than any code.
bool quotes(std::string const& text, std::string const& body)
{
    constexpr std::size_t stretch = 24;
    if (body.empty()) return false;
    auto const last = body.size() <= stretch ? 0 : body.size() - stretch;
    for (std::size_t i = 0; i <= last; ++i)
        if (text.find(body.substr(i, stretch)) != std::string::npos) return true;
    return false;
}

void check(std::optional<Error> const& error, AnswerCase const& expected, std::string const& body)
{
    REQUIRE(error);
    CAPTURE(error->what());
    CHECK(error->category() == expected.category);
    CHECK(error->retryable() == expected.retryable);
    CHECK(error->wants_new_token() == expected.wants_new_token);
    CHECK(error->api_code() == expected.api_code);
    CHECK(error->http_status() == expected.status);
    CHECK(std::string_view{error->what()}.find(expected.said) != std::string_view::npos);
    CHECK_FALSE(quotes(error->what(), body));
    CHECK_FALSE(quotes(error->remedy(), body));
}

} // namespace

TEST_CASE("the status of an API answer decides and the code in its body refines")
{
    for (auto const& each : api_answers) {
        CAPTURE(each.file);
        CAPTURE(each.status);
        auto const body = sample(each.file);
        check(classify_api_answer({each.status, "", "", body}), each, body);
        check(classify_api_answer({each.status, "", "", "\xEF\xBB\xBF" + body}), each, body);
    }
}

TEST_CASE("the error field of a token answer decides and the numbers refine")
{
    for (auto const& each : token_answers) {
        CAPTURE(each.file);
        CAPTURE(each.status);
        auto const body = sample(each.file);
        check(classify_token_answer({each.status, "", "", body}), each, body);
    }
}

TEST_CASE("200 is no error, whatever the body")
{
    CHECK_FALSE(classify_api_answer({200, "", "", sample("error-200-html.txt")}));
    CHECK_FALSE(classify_token_answer({200, "", "", sample("token-error-200-no-token.json")}));
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
    CHECK(html->retry_after() == std::chrono::seconds{120});
    auto const dated = classify_api_answer({429, "Tue, 21 Jul 2026 04:11:55 GMT", "Tue, 21 Jul 2026 04:10:58 GMT", ""});
    CHECK(dated->retry_after() == std::chrono::seconds{57});
    CHECK(classify_token_answer({429, "60", "", ""})->retry_after() == std::chrono::seconds{60});
    CHECK_FALSE(classify_api_answer({429, "", "", sample("error-429-fault-no-header.json")})->retry_after());
    CHECK_FALSE(classify_api_answer({429, "-5", "", ""})->retry_after());
}

TEST_CASE("a request loop that Entra ID sees is left alone for five minutes at least")
{
    auto const body = sample("token-error-50196-loop.json");
    using namespace std::chrono_literals;
    CHECK(classify_token_answer({400, "", "", body})->retry_after() == 5min);
    CHECK(classify_token_answer({400, "10", "", body})->retry_after() == 5min);
    CHECK(classify_token_answer({400, "600", "", body})->retry_after() == 10min);
}

TEST_CASE("a code that is not fit for a log is left out")
{
    std::string const longest(64, 'x');
    struct Case {
        std::string code; ///< as JSON
        std::string api_code;
    };
    Case const cases[] = {
        {"\"A.b_c-9\"", "A.b_c-9"},
        {"4711", "4711"},
        {"-1", "-1"},
        {'"' + longest + '"', longest},
        {'"' + longest + "x\"", ""},
        {"\"two words\"", ""},
        {R"("a\nb")", ""},
        {R"("\u0000")", ""},
        {"\"é\"", ""},
        {"\"\"", ""},
        {"null", ""},
        {"true", ""},
        {"1.5", ""},
        {R"({"code":"x"})", ""},
    };
    for (auto const& each : cases) {
        CAPTURE(each.code);
        auto const body = R"({"code":)" + each.code + R"(,"error":)" + each.code + "}";
        CHECK(classify_api_answer({400, "", "", body})->api_code() == each.api_code);
        CHECK(classify_token_answer({400, "", "", body})->api_code() == each.api_code);
    }
}

TEST_CASE("an error body of any other shape leaves the status to decide")
{
    for (std::string const body : {"", "[]", "null", "{", "\"code\"", "{\"code\":1}x", "\xFF\xFE"}) {
        CAPTURE(body);
        auto const error = classify_api_answer({404, "", "", body});
        CHECK(error->category() == http);
        CHECK(error->api_code().empty());
    }
    auto const huge = R"({"code":"2000","pad":")" + std::string(70000, 'x') + "\"}";
    CHECK(classify_api_answer({400, "", "", huge})->api_code().empty());
}

TEST_CASE("an error body that echoes a credential passes none of it on")
{
    std::string const secret = "FAKE-SECRET-IN-BODY";
    for (int const status : {400, 401, 403, 404, 429, 500}) {
        CAPTURE(status);
        auto const body =
            R"({"error":"invalid_grant","error_description":")" + secret + R"(","code":"x )" + secret + "\"}";
        for (auto const& error :
             {classify_api_answer({status, "", "", body}), classify_token_answer({status, "", "", body})}) {
            CHECK(std::string{error->what()}.find(secret) == std::string::npos);
            CHECK(error->remedy().find(secret) == std::string::npos);
            CHECK(error->api_code().find(secret) == std::string::npos);
        }
    }
}

} // namespace usaged::test
