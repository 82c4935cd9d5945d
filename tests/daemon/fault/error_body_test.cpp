#include "daemon/fault/error_body.h"
#include "tests/daemon/fault/answer_case.h"
#include "tests/support/freed_memory.h"

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

std::string object(std::string const& fields)
{
    return "{" + fields + "}";
}

std::string quoted(std::string const& text)
{
    return '"' + text + '"';
}

} // namespace

TEST_CASE("each shape of an error body of Partner Center is read")
{
    CHECK(read_error_body(sample("error-400-2000-bad-input.json")).code == "2000");
    CHECK(read_error_body(sample("error-401-800001-token-missing.json")).code == "800001");
    CHECK(read_error_body(sample("error-429-gateway.json")).try_again_in == 57s);
    CHECK(read_error_body(sample("error-extended-shape.json")).is_retryable == false);
    CHECK(read_error_body(sample("error-extended-retryable.json")).is_retryable == true);
    CHECK_FALSE(read_error_body(sample("error-500-800003.json")).is_retryable);
    CHECK(read_error_body(sample("error-401-mfa-legacy.txt")).mentions_mfa);
    CHECK_FALSE(read_error_body(sample("error-503-html.txt")).mentions_mfa);
}

TEST_CASE("an error body of Entra ID is read with all its numbers")
{
    auto const body = read_error_body(sample("token-error-70008-v1-two-codes.json"));
    CHECK(body.error == "invalid_grant");
    CHECK(body.error_codes == std::vector<int>{70002, 70008});
    CHECK(body.trace_id == "00000000-0000-0000-0000-00000000aaaa");
    CHECK(body.correlation_id == "00000000-0000-0000-0000-00000000bbbb");
    CHECK(body.timestamp == "2026-07-21 04:10:58Z");
    CHECK(read_error_body(sample("token-error-700082-expired.json")).suberror == "bad_token");
}

TEST_CASE("a code that is not fit for a log is left out")
{
    std::string const longest(64, 'x');
    struct Case {
        std::string code; ///< as JSON
        std::string read;
    };
    Case const cases[] = {
        {"\"A.b_c-9\"", "A.b_c-9"},
        {"4711", "4711"},
        {"-1", "-1"},
        {quoted(longest), longest},
        {quoted(longest + "x"), ""},
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
        CHECK(read_error_body(object(R"("code":)" + each.code)).code == each.read);
    }
}

TEST_CASE("an id, a timestamp or claims that do not look like it are left out")
{
    struct Case {
        std::string name;
        std::string value;
        bool taken;
    };
    std::string const object_of_4096 = R"({\"a\":\")" + std::string(4088, 'x') + R"(\"})";
    Case const cases[] = {
        {"trace_id", "0aF-", true},
        {"trace_id", "g", false},
        {"trace_id", "", false},
        {"trace_id", std::string(64, 'a'), true},
        {"trace_id", std::string(65, 'a'), false},
        {"timestamp", "2026-07-21T04:10:58.123Z", true},
        {"timestamp", "yesterday", false},
        {"timestamp", std::string(41, '0'), false},
        {"claims", "{}", true},
        {"claims", "[]", false},
        {"claims", R"({\n})", false},
        {"claims", object_of_4096, true},
        {"claims", object_of_4096 + "}", false},
    };
    for (auto const& each : cases) {
        CAPTURE(each.name);
        CAPTURE(each.value);
        auto const body = read_error_body(object(quoted(each.name) + ":" + quoted(each.value)));
        CHECK((body.trace_id + body.timestamp + body.claims).empty() != each.taken);
    }
}

TEST_CASE("numbers may come as text, what is no number is left out, and there are at most sixteen")
{
    CHECK(read_error_body(R"({"error_codes":["70008",1.5,null,-3,0,99999999999,"x",50076]})").error_codes ==
          std::vector<int>{70008, 50076});
    CHECK(read_error_body(R"({"error_codes":70008})").error_codes.empty());
    std::string many = "1";
    for (int i = 0; i < 100; ++i) many += ",2";
    CHECK(read_error_body(object(R"("error_codes":[)" + many + "]")).error_codes.size() == 16);
}

TEST_CASE("the wait in words is taken from a gateway's message only, and if it is a number of seconds")
{
    struct Case {
        std::string_view body;
        std::optional<std::chrono::seconds> wait;
    };
    Case const cases[] = {
        {R"({"statusCode":429,"message":"Try again in 1 second."})", 1s},
        {R"({"statusCode":429,"message":"Rate limit. Try again in 007 seconds"})", 7s},
        {R"({"statusCode":429,"message":"Try again in 0 seconds"})", std::nullopt},
        {R"({"statusCode":429,"message":"Try again in 5 minutes"})", std::nullopt},
        {R"({"statusCode":429,"message":"Try again in -5 seconds"})", std::nullopt},
        {R"({"statusCode":429,"message":"Try again in 99999999999 seconds"})", std::nullopt},
        {R"({"statusCode":429,"message":"Try again in "})", std::nullopt},
        {R"({"statusCode":429,"message":17})", std::nullopt},
        {R"({"message":"Try again in 57 seconds"})", std::nullopt},
        {"Try again in 57 seconds", std::nullopt},
    };
    for (auto const& each : cases) {
        CAPTURE(each.body);
        CHECK(read_error_body(each.body).try_again_in == each.wait);
    }
}

TEST_CASE("MFA counts as a word of its own, and only where there is no code")
{
    for (std::string_view const body : {"MFA", "an MFA-less token", R"({"statusCode":401,"message":"MFA required"})"})
        CHECK(read_error_body(body).mentions_mfa);
    for (std::string_view const body : {"", "mfa", "xMFA MFAx", "bW1MFA0", R"({"code":"400","description":"MFA"})"})
        CHECK_FALSE(read_error_body(body).mentions_mfa);
}

TEST_CASE("whatever the bytes are, reading an error body ends well")
{
    std::string const bodies[] = {"",
                                  "null",
                                  "[]",
                                  "{",
                                  "{}x",
                                  std::string(1, '\0'),
                                  "\xEF\xBB\xBF",
                                  "\xFF\xFE",
                                  "\"a",
                                  "{\"code\":\"\xED\xA0\x80\"}",
                                  std::string(100000, '['),
                                  object(R"("a":)" + std::string(100, '[') + std::string(100, ']') + R"(,"code":"x")"),
                                  object(R"("code":"2000","pad":)" + quoted(std::string(70000, 'x')))};
    for (auto const& body : bodies) {
        CAPTURE(body.substr(0, 40));
        auto const read = read_error_body(body);
        CHECK(read.code.empty());
        CHECK(read.error_codes.empty());
    }
}

TEST_CASE("a body that is cut at any byte, or has any byte changed, is read without harm")
{
    auto const body = sample("token-error-53003-ca-block.json");
    for (std::size_t i = 0; i < body.rfind('}'); ++i) {
        CHECK(read_error_body(std::string_view{body}.substr(0, i)).error.empty());
        auto changed = body;
        changed[i] = '\xFF';
        CHECK(read_error_body(changed).error_codes.empty());
    }
}

TEST_CASE("a body that echoes a credential leaves no copy of it in freed memory")
{
    static constexpr std::string_view secret = "FAKE-REFRESH-TOKEN-0123456789-ECHOED";
    std::string const bodies[] = {
        object(R"("error":"invalid_grant","error_description":")" + std::string{secret} + "\""),
        object(R"("error_description":")" + std::string{secret}), // not JSON
    };
    for (auto const& body : bodies) {
        FreedMemory const freed{secret};
        read_error_body(body);
        CHECK(freed.found() == 0);
    }
}

TEST_CASE("the numbers of a redirect's error stand in its description")
{
    auto const body = read_redirect_error("access_denied", "AADSTS65004: declined. AADSTSx AADSTS50076 AADSTS");
    CHECK(body.error == "access_denied");
    CHECK(body.error_codes == std::vector<int>{65004, 50076});
    CHECK(read_redirect_error("not a code", "").error.empty());
}

} // namespace usaged::test
