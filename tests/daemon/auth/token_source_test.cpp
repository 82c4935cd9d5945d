#include "daemon/auth/token_source.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <cctype>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 7 / 1} + 12h};

std::string granted(std::string const& access_token, std::string const& refresh_token, int lifetime = 3600)
{
    auto const rotated = refresh_token.empty() ? "" : R"(,"refresh_token":")" + refresh_token + "\"";
    return R"({"token_type":"Bearer","expires_in":)" + std::to_string(lifetime) + R"(,"access_token":")" +
           access_token + "\"" + rotated + "}";
}

/// A token source over a directory of its own, with a seed and a client secret unless a test says otherwise.
struct Fixture {
    Fixture()
    {
        settings.authority = "https://login.example";
        settings.tenant = "contoso.example";
        settings.client_id = "client-1";
        settings.audience = "https://api.example";
        settings.client_secret = secret("client_secret", "client secret+1");
        settings.refresh_token = secret("seed", "seed-1");
    }

    SecretSource secret(std::string const& name, std::string const& content) const
    {
        write_file(dir.path() / name, content, fs::perms{0600});
        return {SecretSource::Kind::file, (dir.path() / name).string()};
    }

    TokenSource make()
    {
        auto const observe = [this](std::string_view event, std::string const& detail) {
            events.emplace_back(event);
            details += detail + "\n";
            if (broken_observer) throw Error{ErrorCategory::storage, "the database is locked"};
        };
        return TokenSource{settings, file, clock, observe};
    }

    std::string token(TokenSource& source) { return run_coroutine(source.access_token(transport, 1)); }

    /// The category of the error that asking for a token ends with.
    ErrorCategory refused(TokenSource& source)
    {
        try {
            token(source);
        } catch (Error const& error) {
            details += std::string{error.what()} + "\n" + error.remedy() + "\n";
            return error.category();
        }
        FAIL_CHECK("a token came");
        return {};
    }

    /// The refresh token of the request of that number, from 0.
    std::string redeemed(std::size_t number) const
    {
        auto const& body = transport.requests.at(number).body;
        auto const from = body.find("&refresh_token=") + 15;
        return body.substr(from, body.find('&', from) - from);
    }

    StoredToken stored(std::string const& refresh_token, std::string const& seed) const
    {
        auto const mark = seed.empty() ? seed : fingerprint(Secret{seed});
        return {Secret{refresh_token}, settings.authority, settings.tenant, settings.client_id, "then", "later", mark};
    }

    /// Keeps tokens from being stored until it is removed.
    fs::path obstacle() const { return dir.path() / "refresh_token.new"; }

    TempDir dir;
    TokenFile file{dir.path() / "refresh_token"};
    ManualClock clock{start};
    ScriptedTransport transport;
    TokenSettings settings;
    std::vector<std::string> events;
    std::string details;
    bool broken_observer = false;
};

using Events = std::vector<std::string>;

} // namespace

TEST_CASE_FIXTURE(Fixture, "a token is asked for as RFC 6749 and Entra ID say")
{
    auto source = make();
    transport.answer(200, granted("access-1", ""));
    CHECK(run_coroutine(source.access_token(transport, 3)) == "access-1");
    auto const& request = transport.requests.at(0);
    CHECK(request.method == "POST");
    CHECK(request.url == "https://login.example/contoso.example/oauth2/v2.0/token");
    CHECK(request.attempt == 3);
    CHECK(request.max_body == 1u << 20);
    CHECK(header_of(request, "Content-Type") == "application/x-www-form-urlencoded");
    CHECK(header_of(request, "Authorization").empty());
    CHECK(request.body == "client_id=client-1&grant_type=refresh_token&refresh_token=seed-1"
                          "&scope=https%3A%2F%2Fapi.example%2Fuser_impersonation%20offline_access"
                          "&client_secret=client%20secret%2B1");
}

TEST_CASE_FIXTURE(Fixture, "a public client sends no client_secret")
{
    settings.client_secret = {};
    auto source = make();
    transport.answer(200, granted("access-1", ""));
    token(source);
    CHECK(transport.requests.at(0).body.find("client_secret") == std::string::npos);
    CHECK(transport.requests.at(0).body.ends_with("%20offline_access"));
}

TEST_CASE_FIXTURE(Fixture, "every byte but the unreserved ones is percent-encoded in the form")
{
    std::string seed;
    std::string encoded;
    for (unsigned byte = 1; byte < 256; ++byte) {
        auto const c = static_cast<char>(byte);
        static constexpr std::string_view hex = "0123456789ABCDEF";
        bool const plain =
            byte < 0x80 && (std::isalnum(static_cast<int>(byte)) != 0 || c == '-' || c == '.' || c == '_' || c == '~');
        seed += c;
        encoded += plain ? std::string(1, c) : std::string{'%', hex[byte / 16], hex[byte % 16]};
    }
    settings.refresh_token = secret("seed", seed);
    auto source = make();
    transport.answer(200, granted("access-1", ""));
    token(source);
    CHECK(redeemed(0) == encoded);
}

TEST_CASE_FIXTURE(Fixture, "a token is kept until shortly before it expires, whatever the wall clock does")
{
    struct Case {
        int lifetime;
        std::chrono::seconds kept;
    };
    static constexpr Case cases[] = {{3600, 3300s}, {1200, 900s}, {100, 75s}, {86400, 86100s}};
    for (auto const& each : cases) {
        CAPTURE(each.lifetime);
        auto source = make();
        transport.answer(200, granted("first", "", each.lifetime));
        transport.answer(200, granted("second", ""));
        token(source);
        clock.advance(each.kept - 1ms);
        clock.jump_to(start + 1000h);
        CHECK(token(source) == "first");
        clock.advance(1ms);
        clock.jump_to(start);
        CHECK(token(source) == "second");
        CHECK(transport.done());
    }
}

TEST_CASE_FIXTURE(Fixture, "a dropped token is not handed out again")
{
    auto source = make();
    transport.answer(200, granted("first", ""));
    transport.answer(200, granted("second", ""));
    CHECK(token(source) == "first");
    source.drop_access_token();
    CHECK(token(source) == "second");
    CHECK(token(source) == "second");
}

TEST_CASE_FIXTURE(Fixture, "a rotated refresh token is stored before its access token is handed out, and used next")
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
}

TEST_CASE_FIXTURE(Fixture, "an observer that fails costs neither the access token nor the rotated refresh token")
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

TEST_CASE_FIXTURE(Fixture, "an observer that fails costs no refresh token that waits to be stored")
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

TEST_CASE_FIXTURE(Fixture,
                  "an observer that fails does not hide why there is no token, nor keep one from being asked for")
{
    broken_observer = true;
    file.store(stored("stored-1", "seed-0"));
    auto source = make();
    transport.answer(400, R"({"error":"invalid_grant"})");
    CHECK(refused(source) == ErrorCategory::auth);
    write_file(file.path(), "damaged", fs::perms{0600});
    transport.answer(200, granted("access-1", ""));
    CHECK(token(source) == "access-1");
    CHECK(events == Events{"seed_used", "refused", "file_unusable", "obtained"});
}

TEST_CASE_FIXTURE(Fixture, "tokens are in place before anybody is told of them")
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

TEST_CASE_FIXTURE(Fixture, "without a new refresh token the old one stays good")
{
    file.store(stored("stored-1", "seed-1"));
    auto source = make();
    transport.answer(200, granted("access-1", ""));
    transport.answer(200, granted("access-2", ""));
    token(source);
    source.drop_access_token();
    token(source);
    CHECK(redeemed(0) == "stored-1");
    CHECK(redeemed(1) == "stored-1");
    CHECK(file.load()->redeemed_at == "later");
    CHECK(events == Events{"obtained", "obtained"});
}

TEST_CASE_FIXTURE(Fixture, "a refresh token that cannot be stored is used from memory and the old file stays")
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

TEST_CASE_FIXTURE(Fixture, "a refresh token that could not be stored is stored as soon as that is possible")
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
    CHECK(events == Events{"obtained", "store_failed", "store_failed", "rotated"});
}

TEST_CASE_FIXTURE(Fixture, "a newer seed wins over the stored token, the stored token over the seed it came from")
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

TEST_CASE_FIXTURE(Fixture, "a seed that is exchanged while usaged runs wins over a token that waits to be stored")
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

TEST_CASE_FIXTURE(Fixture, "a stored token of another application, tenant or cloud is not used")
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

TEST_CASE_FIXTURE(Fixture, "with a damaged file the seed is used, and the file replaced only by a token that works")
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

TEST_CASE_FIXTURE(Fixture, "without a seed the stored token is used, and without either a person has to act")
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

TEST_CASE_FIXTURE(Fixture, "a credential that cannot be read fails before anything is sent")
{
    settings.client_secret.name += ".missing";
    auto source = make();
    CHECK(refused(source) == ErrorCategory::config);
    CHECK(transport.requests.empty());
}

TEST_CASE_FIXTURE(Fixture, "what the token endpoint refuses is classified")
{
    struct Case {
        int status;
        std::string_view body;
        ErrorCategory category;
    };
    static constexpr Case cases[] = {
        {400, R"({"error":"invalid_grant"})", ErrorCategory::auth},
        {401, R"({"error":"invalid_client"})", ErrorCategory::auth},
        {429, "", ErrorCategory::throttled},
        {503, "", ErrorCategory::http},
        {302, "", ErrorCategory::http},
        {204, "", ErrorCategory::http},
        {200, "<html>", ErrorCategory::protocol},
        {200, R"({"token_type":"Bearer"})", ErrorCategory::protocol},
    };
    auto source = make();
    for (auto const& each : cases) {
        CAPTURE(each.status);
        transport.answer(each.status, std::string{each.body});
        CHECK(refused(source) == each.category);
    }
    CHECK_FALSE(file.load());
}

TEST_CASE_FIXTURE(Fixture, "the wait that the token endpoint asks for is passed on")
{
    auto source = make();
    for (auto const* const wait : {"60", "Wed, 01 Jul 2026 12:01:00 GMT"}) {
        CAPTURE(wait);
        transport.answer(429, "", {HttpHeader{"retry-after", wait}});
        try {
            token(source);
            FAIL_CHECK("a token came");
        } catch (Error const& error) {
            CHECK(error.retry_after() == 60s);
            CHECK(error.retryable());
        }
    }
}

TEST_CASE_FIXTURE(Fixture, "a fault of the transport passes through and costs no refresh token")
{
    auto source = make();
    transport.fail(Error{ErrorCategory::network, "no answer"});
    transport.answer(200, granted("access-1", ""));
    CHECK(refused(source) == ErrorCategory::network);
    CHECK(token(source) == "access-1");
    CHECK(redeemed(1) == "seed-1");
}

TEST_CASE_FIXTURE(Fixture, "no credential shows in what is observed or thrown")
{
    auto source = make();
    transport.answer(400, R"({"error":"invalid_grant","error_description":"seed-1 client secret+1"})");
    transport.answer(200, R"({"token_type":"Bearer","access_token":"access-1\n"})");
    transport.answer(200, granted("access-1", "rotated-1"));
    fs::create_directory(obstacle());
    refused(source);
    refused(source);
    token(source);
    source.store_pending();
    for (std::string const credential : {"seed-1", "client secret", "access-1", "rotated-1"}) {
        CAPTURE(credential);
        CHECK(details.find(credential) == std::string::npos);
    }
    CHECK(details.find("invalid_grant") != std::string::npos);
}

} // namespace usaged::test
