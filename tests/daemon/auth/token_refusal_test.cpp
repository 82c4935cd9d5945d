#include "tests/daemon/auth/token_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

} // namespace

TEST_CASE_FIXTURE(TokenFixture,
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

TEST_CASE_FIXTURE(TokenFixture, "what the token endpoint refuses is classified")
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

TEST_CASE_FIXTURE(TokenFixture, "the wait that the token endpoint asks for is passed on")
{
    for (auto const* const wait : {"60", "Wed, 01 Jul 2026 12:01:00 GMT"}) {
        CAPTURE(wait);
        auto source = make();
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

TEST_CASE_FIXTURE(TokenFixture, "a fault of the transport passes through and costs no refresh token")
{
    auto source = make();
    transport.fail(Error{ErrorCategory::network, "no answer"});
    transport.answer(200, granted("access-1", ""));
    CHECK(refused(source) == ErrorCategory::network);
    CHECK(token(source) == "access-1");
    CHECK(redeemed(1) == "seed-1");
}

TEST_CASE_FIXTURE(TokenFixture, "no credential shows in what is observed or thrown")
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

TEST_CASE_FIXTURE(TokenFixture, "what the next sign-in has to be asked for is kept beside the token until one works")
{
    file.store(stored("stored-1", "seed-1"));
    auto const body = read_file(fs::path{USAGED_TEST_DATA} / "token-error-50076-mfa.json");
    transport.answer(400, body);
    transport.answer(200, granted("access-1", ""));
    auto source = make();
    CHECK(source.claims().empty());
    auto const claims = failure(source).claims();
    CHECK_FALSE(claims.empty());
    CHECK(source.claims() == claims);
    CHECK(make().claims() == claims);
    CHECK(file.load()->refresh_token.reveal() == "stored-1");
    CHECK(details.find(claims) == std::string::npos);
    token(source);
    CHECK(source.claims().empty());
}

TEST_CASE_FIXTURE(TokenFixture, "claims without a stored token, or that cannot be stored, are no fault of their own")
{
    auto const body = read_file(fs::path{USAGED_TEST_DATA} / "token-error-50076-mfa.json");
    transport.answer(400, body);
    transport.answer(400, body);
    auto source = make();
    CHECK(refused(source) == ErrorCategory::auth);
    CHECK_FALSE(file.load());
    file.store(stored("stored-1", "seed-1"));
    fs::create_directory(obstacle());
    CHECK(refused(source) == ErrorCategory::auth);
    CHECK(source.claims().empty());
    CHECK(file.load()->refresh_token.reveal() == "stored-1");
}

} // namespace usaged::test
