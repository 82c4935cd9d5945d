#include "tests/daemon/auth/token_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

} // namespace

TEST_CASE_FIXTURE(TokenFixture, "a token is kept until shortly before it expires, whatever the wall clock does")
{
    struct Case {
        int lifetime;
        std::chrono::seconds kept;
    };
    static constexpr Case cases[] = {{3600, 3300s}, {1200, 900s}, {100, 75s},     {61, 60s},
                                     {30, 60s},     {1, 60s},     {86400, 86100s}};
    for (auto const& each : cases) {
        CAPTURE(each.lifetime);
        auto source = make();
        transport.answer(200, granted("first", "", each.lifetime));
        transport.answer(200, granted("second", ""));
        token(source);
        clock.advance(each.kept - 1ms);
        clock.jump_to(token_start + 1000h);
        CHECK(token(source) == "first");
        clock.advance(1ms);
        clock.jump_to(token_start);
        CHECK(token(source) == "second");
        CHECK(transport.done());
    }
}

TEST_CASE_FIXTURE(TokenFixture, "a dropped token is not handed out again")
{
    auto source = make();
    transport.answer(200, granted("first", ""));
    transport.answer(200, granted("second", ""));
    CHECK(token(source) == "first");
    source.drop_access_token();
    CHECK(token(source) == "second");
    CHECK(token(source) == "second");
}

TEST_CASE_FIXTURE(TokenFixture, "a new token is asked for as early as Entra ID says, but no later than is safe")
{
    struct Case {
        std::string_view refresh_in;
        std::chrono::seconds kept;
    };
    static constexpr Case cases[] = {{"1800", 1800s}, {"\"1800\"", 1800s}, {"3500", 3300s}, {"61", 61s}, {"1", 60s}};
    for (auto const& each : cases) {
        CAPTURE(each.refresh_in);
        auto source = make();
        transport.answer(200, granted("first", "", 3600, R"(,"refresh_in":)" + std::string{each.refresh_in}));
        transport.answer(200, granted("second", ""));
        token(source);
        clock.advance(each.kept - 1ms);
        CHECK(token(source) == "first");
        clock.advance(1ms);
        CHECK(token(source) == "second");
    }
}

TEST_CASE_FIXTURE(TokenFixture, "while the present token is good, not getting a new one is no error")
{
    auto source = make();
    transport.answer(200, granted("first", "", 3600, R"(,"refresh_in":1800)"));
    transport.answer(503, "");
    transport.fail(Error{ErrorCategory::network, "no answer"});
    transport.answer(400, R"({"error":"invalid_grant"})");
    transport.answer(200, granted("second", ""));
    token(source);
    clock.advance(30min);
    for (int i = 0; i < 4; ++i) {
        CHECK(token(source) == "first");
        CHECK(token(source) == "first"); // without asking again at once
        clock.advance(5min);
        if (i == 2) break;
    }
    CHECK(token(source) == "second");
    CHECK(transport.done());
    CHECK(events ==
          Events{"obtained", "refused", "renewal_failed", "renewal_failed", "refused", "renewal_failed", "obtained"});
}

TEST_CASE_FIXTURE(TokenFixture, "in its last half minute a token is not used on")
{
    auto source = make();
    transport.answer(200, granted("first", ""));
    transport.fail(Error{ErrorCategory::network, "no answer"});
    transport.fail(Error{ErrorCategory::network, "still no answer"});
    token(source);
    clock.advance(3600s - 31s);
    CHECK(token(source) == "first");
    clock.advance(1s);
    CHECK(refused(source) == ErrorCategory::network);
}

TEST_CASE_FIXTURE(TokenFixture, "a token that the API does not take is not used on")
{
    auto source = make();
    transport.answer(200, granted("first", ""));
    transport.answer(503, "");
    token(source);
    source.drop_access_token();
    CHECK(refused(source) == ErrorCategory::http);
}

TEST_CASE_FIXTURE(TokenFixture, "after a request loop the token endpoint is left alone as long as it asked for")
{
    auto source = make();
    auto const body = read_file(std::filesystem::path{USAGED_TEST_DATA} / "token-error-50196-loop.json");
    transport.answer(400, body);
    CHECK(failure(source).retry_after() == 5min);
    clock.advance(100s);
    auto const again = failure(source);
    CHECK(again.category() == ErrorCategory::throttled);
    CHECK(again.retry_after() == 200s);
    clock.advance(200s - 1ms);
    CHECK(failure(source).retry_after() == 1s);
    CHECK(transport.requests.size() == 1);
    clock.advance(1ms);
    transport.answer(200, granted("access-1", ""));
    CHECK(token(source) == "access-1");
    CHECK(events == Events{"refused", "obtained"});
}

TEST_CASE_FIXTURE(TokenFixture, "until the wait is over that the token endpoint asked for, it is not asked again")
{
    struct Case {
        int status;
        ErrorCategory category;
    };
    for (auto const& each : {Case{429, ErrorCategory::throttled}, Case{503, ErrorCategory::http}}) {
        CAPTURE(each.status);
        auto source = make();
        transport.answer(each.status, "", {HttpHeader{"Retry-After", "600"}});
        transport.answer(200, granted("access-1", ""));
        CHECK(refused(source) == each.category);
        clock.advance(600s - 1ms);
        auto const again = failure(source);
        CHECK(again.category() == each.category);
        CHECK(again.retry_after() == 1s);
        CHECK_FALSE(transport.done());
        clock.advance(1ms);
        CHECK(token(source) == "access-1");
    }
}

TEST_CASE_FIXTURE(TokenFixture,
                  "after an hour the token endpoint is asked again, however long it wants to be left alone")
{
    auto source = make();
    transport.answer(429, "", {HttpHeader{"Retry-After", "99999999999999999999"}});
    transport.answer(200, granted("access-1", ""));
    CHECK(refused(source) == ErrorCategory::throttled);
    clock.advance(1h - 1ms);
    CHECK(*failure(source).retry_after() > 9 * 365 * 24h);
    clock.advance(1ms);
    CHECK(token(source) == "access-1");
}

TEST_CASE_FIXTURE(TokenFixture,
                  "an early renewal is tried again after the wait asked for, if that is longer than usual")
{
    auto source = make();
    transport.answer(200, granted("first", "", 3600, R"(,"refresh_in":1800)"));
    transport.answer(503, "", {HttpHeader{"Retry-After", "600"}});
    transport.answer(200, granted("second", ""));
    token(source);
    clock.advance(30min);
    CHECK(token(source) == "first");
    clock.advance(10min - 1ms);
    CHECK(token(source) == "first");
    CHECK_FALSE(transport.done());
    CHECK(events == Events{"obtained", "refused", "renewal_failed"});
    clock.advance(1ms);
    CHECK(token(source) == "second");
}

} // namespace usaged::test
