#include "tests/daemon/auth/token_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

Grant sign_in()
{
    return read_token_answer(granted("access-1", "signed-in-1"));
}

} // namespace

TEST_CASE_FIXTURE(TokenFixture, "what a sign-in granted is stored, and its access token used at once")
{
    auto source = make();
    source.adopt(sign_in());
    CHECK(token(source) == "access-1");
    CHECK(transport.requests.empty());
    auto const loaded = file.load();
    REQUIRE(loaded);
    CHECK(loaded->refresh_token.reveal() == "signed-in-1");
    CHECK(loaded->obtained_by == "login");
    CHECK(loaded->obtained_at == "2026-07-01T12:00:00.000Z");
    CHECK(loaded->redeemed_at == "2026-07-01T12:00:00.000Z");
    CHECK(loaded->client_id == settings.client_id);
    CHECK(events == Events{"obtained", "rotated"});
}

TEST_CASE_FIXTURE(TokenFixture, "a sign-in wins over the configured seed until that is a newer one, after restarts too")
{
    file.store(stored("stored-1", "seed-1"));
    make().adopt(sign_in());
    for (auto const* const seed : {"seed-1", "seed-2"}) {
        secret("seed", seed);
        auto source = make();
        transport.answer(200, granted("access-2", ""));
        token(source);
    }
    CHECK(redeemed(0) == "signed-in-1");
    CHECK(redeemed(1) == "seed-2");
}

TEST_CASE_FIXTURE(TokenFixture, "a sign-in without a configured seed loses to one that is configured later")
{
    auto const seed = std::exchange(settings.refresh_token, SecretSource{});
    make().adopt(sign_in());
    settings.refresh_token = seed;
    auto source = make();
    transport.answer(200, granted("access-2", ""));
    token(source);
    CHECK(redeemed(0) == "seed-1");
}

TEST_CASE_FIXTURE(TokenFixture, "a sign-in by a person who cannot read the seed wins over it all the same")
{
    std::filesystem::remove(dir.path() / "seed");
    make().adopt(sign_in());
    secret("seed", "seed-1");
    for (int i = 0; i < 2; ++i) {
        auto source = make();
        transport.answer(200, granted("access-2", ""));
        token(source);
        CHECK(redeemed(static_cast<std::size_t>(i)) == "signed-in-1");
    }
    secret("seed", "seed-2");
    auto source = make();
    transport.answer(200, granted("access-3", ""));
    token(source);
    CHECK(redeemed(2) == "seed-2");
}

TEST_CASE_FIXTURE(TokenFixture, "a sign-in forgets the claims that it was asked for")
{
    auto refused_token = stored("stored-1", "seed-1");
    refused_token.claims = "{}";
    file.store(refused_token);
    auto source = make();
    CHECK(source.claims() == "{}");
    source.adopt(sign_in());
    CHECK(source.claims().empty());
}

TEST_CASE_FIXTURE(TokenFixture, "a sign-in that cannot be stored fails, and says so")
{
    std::filesystem::create_directory(obstacle());
    auto source = make();
    try {
        source.adopt(sign_in());
        FAIL_CHECK("was stored");
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::storage);
    }
    CHECK(token(source) == "access-1");
    CHECK(events == Events{"obtained", "store_failed"});
}

} // namespace usaged::test
