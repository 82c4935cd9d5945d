#include "tests/daemon/auth/token_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

} // namespace

TEST_CASE_FIXTURE(TokenFixture,
                  "a rotated refresh token is stored before its access token is handed out, and used next")
{
    auto source = make();
    transport.answer(200, granted("access-1", "rotated-1"));
    transport.then([&](HttpRequest const&) {
        CHECK(file.load()->refresh_token.reveal() == "rotated-1");
        HttpResponse response;
        response.status = 200;
        response.body = granted("access-2", "rotated-2");
        return response;
    });
    token(source);
    CHECK(file.load()->refresh_token.reveal() == "rotated-1");
    source.drop_access_token();
    clock.advance(1h);
    token(source);
    CHECK(redeemed(0) == "seed-1");
    CHECK(redeemed(1) == "rotated-1");
    CHECK(events == Events{"obtained", "rotated", "obtained", "rotated"});
    auto const last = file.load();
    CHECK(last->refresh_token.reveal() == "rotated-2");
    CHECK(last->obtained_at == "2026-07-01T12:00:00.000Z");
    CHECK(last->redeemed_at == "2026-07-01T13:00:00.000Z");
    CHECK(last->seed_fingerprint == fingerprint(Secret{"seed-1"}));
    CHECK(last->obtained_by == "seed");
}

TEST_CASE_FIXTURE(TokenFixture, "an observer that fails costs neither the access token nor the rotated refresh token")
{
    broken_observer = true;
    auto source = make();
    transport.answer(200, granted("access-1", "rotated-1"));
    CHECK(token(source) == "access-1");
    CHECK(token(source) == "access-1");
    CHECK(file.load()->refresh_token.reveal() == "rotated-1");
    CHECK_FALSE(source.store_error());
    CHECK(events == Events{"obtained", "rotated"});
}

TEST_CASE_FIXTURE(TokenFixture, "an observer that fails costs no refresh token that waits to be stored")
{
    broken_observer = true;
    fs::create_directory(obstacle());
    auto source = make();
    transport.answer(200, granted("access-1", "rotated-1"));
    CHECK(token(source) == "access-1");
    REQUIRE(source.store_error());
    CHECK(std::string{source.store_error()->what()}.find("refresh_token") != std::string::npos);
    fs::remove(obstacle());
    source.store_pending();
    CHECK_FALSE(source.store_error());
    CHECK(file.load()->refresh_token.reveal() == "rotated-1");
}

TEST_CASE_FIXTURE(TokenFixture, "tokens are in place before anybody is told of them")
{
    transport.answer(200, granted("access-1", "rotated-1"));
    std::vector<std::string> seen;
    TokenSource* asked = nullptr;
    TokenSource source{settings, file, clock, [&](std::string_view, std::string const&) {
                           seen.push_back(file.load()->refresh_token.reveal());
                           seen.push_back(token(*asked));
                       }};
    asked = &source;
    token(source);
    CHECK(seen == Events{"rotated-1", "access-1", "rotated-1", "access-1"});
}

TEST_CASE_FIXTURE(TokenFixture, "without a new refresh token the old one stays good")
{
    file.store(stored("stored-1", "seed-1"));
    auto source = make();
    transport.answer(200, granted("access-1", ""));
    transport.answer(200, granted("access-2", ""));
    token(source);
    clock.advance(1h);
    token(source);
    CHECK(redeemed(0) == "stored-1");
    CHECK(redeemed(1) == "stored-1");
    CHECK(file.load()->refresh_token.reveal() == "stored-1");
    CHECK(file.load()->redeemed_at == "2026-07-01T13:00:00.000Z");
    CHECK(file.load()->obtained_at == "then");
    CHECK(events == Events{"obtained", "obtained"});
}

TEST_CASE_FIXTURE(TokenFixture, "a refresh token that cannot be stored is used from memory and the old file stays")
{
    file.store(stored("stored-1", "seed-1"));
    fs::create_directory(obstacle());
    auto source = make();
    transport.answer(200, granted("access-1", "rotated-1"));
    transport.answer(200, granted("access-2", ""));
    CHECK(token(source) == "access-1");
    REQUIRE(source.store_error());
    CHECK(source.store_error()->category() == ErrorCategory::storage);
    CHECK(file.load()->refresh_token.reveal() == "stored-1");
    source.drop_access_token();
    token(source);
    CHECK(redeemed(1) == "rotated-1");
    CHECK(events == Events{"obtained", "store_failed", "obtained"});
}

TEST_CASE_FIXTURE(TokenFixture, "a refresh token that could not be stored is stored as soon as that is possible")
{
    fs::create_directory(obstacle());
    auto source = make();
    transport.answer(200, granted("access-1", "rotated-1"));
    token(source);
    source.store_pending();
    CHECK(source.store_error());
    fs::remove(obstacle());
    source.store_pending();
    CHECK_FALSE(source.store_error());
    CHECK(file.load()->refresh_token.reveal() == "rotated-1");
    source.store_pending();
    CHECK(events == Events{"obtained", "store_failed", "rotated"});
}

TEST_CASE_FIXTURE(TokenFixture, "a newer seed wins over the stored token, the stored token over the seed it came from")
{
    struct Case {
        std::string_view seed_of_stored;
        std::string_view redeemed;
        Events events;
    };
    static Case const cases[] = {
        {"seed-1", "stored-1", {"obtained"}},
        {"seed-0", "seed-1", {"seed_used", "obtained"}},
        {"", "seed-1", {"seed_used", "obtained"}},
    };
    for (auto const& each : cases) {
        CAPTURE(each.seed_of_stored);
        file.store(stored("stored-1", std::string{each.seed_of_stored}));
        events.clear();
        auto source = make();
        transport.answer(200, granted("access-1", ""));
        token(source);
        CHECK(redeemed(transport.requests.size() - 1) == each.redeemed);
        CHECK(events == each.events);
    }
}

TEST_CASE_FIXTURE(TokenFixture, "a seed that is exchanged while usaged runs wins over a token that waits to be stored")
{
    fs::create_directory(obstacle());
    auto source = make();
    transport.answer(200, granted("access-1", "rotated-1"));
    transport.answer(200, granted("access-2", ""));
    token(source);
    secret("seed", "seed-2");
    source.drop_access_token();
    token(source);
    CHECK(redeemed(1) == "seed-2");
}

TEST_CASE_FIXTURE(TokenFixture, "a stored token of another application, tenant or cloud is not used")
{
    for (auto const field : {&TokenSettings::authority, &TokenSettings::tenant, &TokenSettings::client_id}) {
        file.store(stored("stored-1", "seed-1"));
        auto const kept = settings;
        settings.*field += "x";
        events.clear();
        auto source = make();
        transport.answer(200, granted("access-1", ""));
        token(source);
        CHECK(redeemed(transport.requests.size() - 1) == "seed-1");
        CHECK(events == Events{"file_unusable", "obtained"});
        settings = kept;
    }
}

TEST_CASE_FIXTURE(TokenFixture,
                  "with a damaged file the seed is used, and the file replaced only by a token that works")
{
    write_file(file.path(), "", fs::perms{0600});
    auto source = make();
    transport.answer(400, R"({"error":"invalid_grant"})");
    transport.answer(200, granted("access-1", "rotated-1"));
    CHECK(refused(source) == ErrorCategory::auth);
    CHECK(read_file(file.path()).empty());
    CHECK(token(source) == "access-1");
    CHECK(redeemed(0) == "seed-1");
    CHECK(file.load()->refresh_token.reveal() == "rotated-1");
    CHECK(events == Events{"file_unusable", "refused", "file_unusable", "obtained", "rotated"});
}

TEST_CASE_FIXTURE(TokenFixture, "without a seed the stored token is used, and without either a person has to act")
{
    settings.refresh_token = {};
    auto source = make();
    CHECK(refused(source) == ErrorCategory::config);
    write_file(file.path(), "damaged", fs::perms{0600});
    CHECK(refused(source) == ErrorCategory::config);
    file.store(stored("stored-1", ""));
    transport.answer(200, granted("access-1", ""));
    CHECK(token(source) == "access-1");
    CHECK(redeemed(0) == "stored-1");
}

} // namespace usaged::test
