#include "tests/daemon/auth/token_fixture.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

struct Fixture : TokenFixture {
    /// Stores a token that was redeemed so long ago.
    void store_used(std::chrono::milliseconds ago)
    {
        auto token = stored("stored-1", "seed-1");
        token.redeemed_at = format_timestamp(clock.now() - ago);
        file.store(token);
    }

    void renew(TokenSource& source) { run_coroutine(source.renew(transport, 1)); }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a refresh token is due to be renewed a week after it was redeemed")
{
    struct Case {
        std::chrono::milliseconds ago;
        bool due;
    };
    static constexpr Case cases[] = {
        {0ms, false}, {168h - 1ms, false}, {168h, true}, {2400h, true}, {-1h, true}, // the clock was wrong then
    };
    for (auto const& each : cases) {
        CAPTURE(each.ago.count());
        store_used(each.ago);
        CHECK(make().renewal_due() == each.due);
    }
}

TEST_CASE_FIXTURE(Fixture, "a refresh token of which nothing is known is not due")
{
    auto const source = make();
    CHECK_FALSE(source.renewal_due());
    file.store(stored("stored-1", "seed-1")); // redeemed at no readable time
    CHECK_FALSE(source.renewal_due());
    write_file(file.path(), "damaged");
    CHECK_FALSE(source.renewal_due());
    store_used(1000h);
    settings.client_id += "x";
    CHECK_FALSE(make().renewal_due());
    CHECK(events.empty());
}

TEST_CASE_FIXTURE(Fixture, "renewing redeems the refresh token although an access token is at hand")
{
    store_used(1000h);
    auto source = make();
    transport.answer(200, granted("access-1", "", 86400));
    transport.answer(200, granted("access-2", "rotated-1"));
    token(source);
    renew(source);
    CHECK(transport.requests.size() == 2);
    CHECK(token(source) == "access-2");
    CHECK(file.load()->refresh_token.reveal() == "rotated-1");
    CHECK(file.load()->redeemed_at == "2026-07-01T12:00:00.000Z");
    CHECK_FALSE(source.renewal_due());
}

TEST_CASE_FIXTURE(Fixture, "a renewal counts although no new refresh token came back, after a restart too")
{
    store_used(1000h);
    auto source = make();
    transport.answer(200, granted("access-1", ""));
    renew(source);
    CHECK_FALSE(source.renewal_due());
    CHECK_FALSE(make().renewal_due());
    clock.advance(168h);
    CHECK(make().renewal_due());
}

TEST_CASE_FIXTURE(Fixture, "a renewal counts although the new refresh token could not be stored")
{
    store_used(1000h);
    std::filesystem::create_directory(obstacle());
    auto source = make();
    transport.answer(200, granted("access-1", "rotated-1"));
    renew(source);
    CHECK_FALSE(source.renewal_due());
    clock.advance(168h);
    CHECK(source.renewal_due());
}

TEST_CASE_FIXTURE(Fixture, "a renewal counts although the file cannot say so, which is told once")
{
    store_used(1000h);
    std::filesystem::create_directory(obstacle());
    auto source = make();
    for (int i = 0; i < 3; ++i) {
        transport.answer(200, granted("access-1", ""));
        renew(source);
        CHECK_FALSE(source.renewal_due());
        clock.advance(168h);
        CHECK(source.renewal_due());
    }
    CHECK(events == Events{"file_not_updated", "obtained", "obtained", "obtained"});
    CHECK(details.find("cannot create a file beside") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a file that can be written again is told of when it cannot the next time")
{
    store_used(1000h);
    auto source = make();
    for (int i = 0; i < 2; ++i) {
        std::filesystem::create_directory(obstacle());
        transport.answer(200, granted("access-1", ""));
        renew(source);
        std::filesystem::remove(obstacle());
        transport.answer(200, granted("access-1", ""));
        renew(source);
    }
    CHECK(std::count(events.begin(), events.end(), "file_not_updated") == 2);
}

TEST_CASE_FIXTURE(Fixture, "a renewal that fails says why, and leaves the token as it was")
{
    store_used(1000h);
    auto source = make();
    transport.answer(400, R"({"error":"invalid_grant"})");
    CHECK_THROWS_AS(renew(source), Error);
    CHECK(source.renewal_due());
    CHECK(file.load()->refresh_token.reveal() == "stored-1");
    CHECK(events == Events{"refused"});
}

} // namespace usaged::test
