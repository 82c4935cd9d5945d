#include "daemon/auth/token_answer.h"
#include "daemon/fault/error.h"
#include "tests/support/freed_memory.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

std::string sample(std::string_view file)
{
    return read_file(std::string{USAGED_TEST_DATA} + "/" + std::string{file});
}

std::string with_lifetime(std::string_view json)
{
    return R"({"token_type":"Bearer","access_token":"abc")" + std::string{json} + "}";
}

} // namespace

TEST_CASE("the answers of both token endpoints are read")
{
    struct Case {
        std::string_view file;
        std::string_view access_token;
        std::string_view refresh_token;
        int lifetime;
    };
    static constexpr Case cases[] = {
        {"token-v2-success.json", "FAKE.ACCESS.TOKEN-0002", "FAKE-REFRESH-TOKEN-0002", 4712},
        {"token-v2-success-refresh-in.json", "FAKE.ACCESS.TOKEN-0003", "FAKE-REFRESH-TOKEN-0003", 86399},
        {"token-v1-success.json", "FAKE.ACCESS.TOKEN-0001", "FAKE-REFRESH-TOKEN-0001", 3599},
        {"token-v1-success-no-refresh.json", "FAKE.ACCESS.TOKEN-0004", "", 3600},
    };
    for (auto const& each : cases) {
        CAPTURE(each.file);
        auto const grant = read_token_answer(sample(each.file));
        CHECK(grant.access_token.reveal() == each.access_token);
        CHECK(grant.refresh_token.reveal() == each.refresh_token);
        CHECK(grant.lifetime == std::chrono::seconds{each.lifetime});
    }
}

TEST_CASE("a lifetime that is missing or unreadable is five minutes, an absurd one two days")
{
    struct Case {
        std::string_view member;
        int seconds;
    };
    static constexpr Case cases[] = {
        {"", 300},
        {R"(,"expires_in":3600)", 3600},
        {R"(,"expires_in":"3600")", 3600},
        {R"(,"expires_in":1)", 1},
        {R"(,"expires_in":0)", 300},
        {R"(,"expires_in":-1)", 300},
        {R"(,"expires_in":"-3600")", 300},
        {R"(,"expires_in":null)", 300},
        {R"(,"expires_in":"")", 300},
        {R"(,"expires_in":"soon")", 300},
        {R"(,"expires_in":"3600s")", 300},
        {R"(,"expires_in":" 3600")", 300},
        {R"(,"expires_in":{})", 300},
        {R"(,"expires_in":"99999999999999999999")", 300},
        {R"(,"expires_in":9223372036854775807)", 172800},
        {R"(,"expires_in":172801)", 172800},
    };
    for (auto const& each : cases) {
        CAPTURE(each.member);
        CHECK(read_token_answer(with_lifetime(each.member)).lifetime == std::chrono::seconds{each.seconds});
    }
}

TEST_CASE("when to ask for the next token is read if it is said, as a number or as text")
{
    struct Case {
        std::string_view member;
        std::optional<std::chrono::seconds> refresh_in;
    };
    static constexpr Case cases[] = {
        {"", std::nullopt},
        {R"(,"refresh_in":43199)", 43199s},
        {R"(,"refresh_in":"43199")", 43199s},
        {R"(,"refresh_in":0)", std::nullopt},
        {R"(,"refresh_in":-5)", std::nullopt},
        {R"(,"refresh_in":"soon")", std::nullopt},
        {R"(,"refresh_in":9223372036854775807)", 172800s},
    };
    for (auto const& each : cases) {
        CAPTURE(each.member);
        CHECK(read_token_answer(with_lifetime(each.member)).refresh_in == each.refresh_in);
    }
}

TEST_CASE("an id_token is passed on if it is usable, and is no condition")
{
    CHECK(read_token_answer(with_lifetime("")).id_token.empty());
    CHECK(read_token_answer(with_lifetime(R"(,"id_token":"h.c.s")")).id_token.reveal() == "h.c.s");
    for (std::string const odd : {R"("a b")", R"("\n")", "7", "{}", "null"}) {
        CAPTURE(odd);
        CHECK(read_token_answer(with_lifetime(R"(,"id_token":)" + odd)).id_token.empty());
    }
}

TEST_CASE("reading an answer leaves no copy of its tokens in freed memory, whether it is taken or refused")
{
    for (std::string_view const mark : {"an-access-token-that-nobody-else", "a-refresh-token-that-nobody-else",
                                        "an-id-token-that-nobody-else-may-know"}) {
        for (std::string_view const type : {"Bearer", "mac"}) {
            auto const body = std::string{R"({"access_token":"an-access-token-that-nobody-else",)"} +
                              R"("refresh_token":"a-refresh-token-that-nobody-else",)" +
                              R"("id_token":"an-id-token-that-nobody-else-may-know","token_type":")" +
                              std::string{type} + "\"}";
            CAPTURE(body);
            FreedMemory const freed{mark};
            try {
                read_token_answer(body);
            } catch (Error const&) {
                CHECK(type == "mac");
            }
            CHECK(freed.found() == 0);
        }
    }
}

TEST_CASE("the token type is Bearer in any case of letters")
{
    for (std::string const type : {"Bearer", "bearer", "BEARER"}) {
        CAPTURE(type);
        CHECK(read_token_answer(R"({"token_type":")" + type + R"(","access_token":"abc"})").access_token.reveal() ==
              "abc");
    }
}

TEST_CASE("every visible ASCII character may stand in a token")
{
    std::string visible;
    for (char c = '!'; c <= '~'; ++c)
        if (c != '"' && c != '\\') visible += c;
    auto const body =
        R"({"token_type":"Bearer","access_token":")" + visible + R"(","refresh_token":")" + visible + "\"}";
    auto const grant = read_token_answer(body);
    CHECK(grant.access_token.reveal() == visible);
    CHECK(grant.refresh_token.reveal() == visible);
}

TEST_CASE("an answer without a token that may go into a header is refused, and nothing of it is told")
{
    std::string const bodies[] = {
        "",
        "SECRET",
        "[]",
        "\"SECRET\"",
        R"({"access_token":"SECRET")",
        sample("token-error-500-html.txt"),
        sample("token-error-200-no-token.json"),
        R"({"token_type":"Bearer","access_token":""})",
        R"({"token_type":"Bearer","access_token":null,"id_token":"SECRET"})",
        R"({"token_type":"Bearer","access_token":4711})",
        R"({"token_type":"Bearer","access_token":["SECRET"]})",
        R"({"access_token":"SECRET"})",
        R"({"token_type":"mac","access_token":"SECRET"})",
        R"({"token_type":"Bearer ","access_token":"SECRET"})",
        R"({"token_type":"Bearer","access_token":"SECRET SECRET"})",
        R"({"token_type":"Bearer","access_token":"SECRET\r\nHost: x"})",
        R"({"token_type":"Bearer","access_token":"SECRET\u0000"})",
        R"({"token_type":"Bearer","access_token":"SECRET\u007f"})",
        R"({"token_type":"Bearer","access_token":"SECRETé"})",
        R"({"token_type":"Bearer","access_token":"SECRET","refresh_token":"SECRET\n"})",
        R"({"token_type":"Bearer","access_token":"SECRET)" + std::string(65536, 'x') + "\"}",
        R"({"token_type":"Bearer","access_token":"SECRET","x":")" + std::string(1 << 20, 'x') + "\"}",
    };
    for (auto const& body : bodies) {
        CAPTURE(body.substr(0, 200));
        try {
            read_token_answer(body);
            FAIL_CHECK("was not refused");
        } catch (Error const& error) {
            CHECK(error.category() == ErrorCategory::protocol);
            CHECK_FALSE(error.retryable());
            CHECK(std::string{error.what()}.find("SECRET") == std::string::npos);
        }
    }
}

} // namespace usaged::test
