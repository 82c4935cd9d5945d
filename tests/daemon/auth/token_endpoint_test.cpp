#include "tests/daemon/auth/rsa_certificate.h"
#include "tests/daemon/auth/token_fixture.h"
#include "tests/support/freed_memory.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view identified_request = "client_id=client-1&grant_type=refresh_token";

struct Fixture : TokenFixture {
    Grant redeem(TokenEndpoint& endpoint)
    {
        auto form = endpoint.grant_form("refresh_token");
        return run_coroutine(endpoint.redeem(transport, std::move(form), 1));
    }

    Error refusal(TokenEndpoint& endpoint)
    {
        try {
            redeem(endpoint);
        } catch (Error const& error) {
            return error;
        }
        FAIL("a token came");
        return Error{{}, {}};
    }

    /// The application proves itself with this from now on.
    void certify(KeyedCertificate const& certificate)
    {
        settings.client_secret = {};
        settings.certificate.file = secret("app.pem", certificate.certificate_pem + certificate.key_pem).name;
    }

    /// Answers as Entra ID does to a certificate that it does not know yet.
    void refuse_certificate()
    {
        transport.answer(
            401, read_file(std::filesystem::path{USAGED_TEST_DATA} / "token-error-700027-assertion-signature.json"));
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "each version of the endpoints has its URLs")
{
    TokenEndpoint const v2{settings, clock};
    CHECK(v2.token_url() == "https://login.example/contoso.example/oauth2/v2.0/token");
    CHECK(v2.authorize_url() == "https://login.example/contoso.example/oauth2/v2.0/authorize");
    CHECK(v2.device_code_url() == "https://login.example/contoso.example/oauth2/v2.0/devicecode");
    settings.version = EndpointVersion::v1;
    TokenEndpoint const v1{settings, clock};
    CHECK(v1.token_url() == "https://login.example/contoso.example/oauth2/token");
    CHECK(v1.authorize_url() == "https://login.example/contoso.example/oauth2/authorize");
    CHECK(v1.device_code_url() == "https://login.example/contoso.example/oauth2/devicecode");
}

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
    CHECK(header_of(request, "Accept") == "application/json");
    CHECK(header_of(request, "Authorization").empty());
    CHECK(request.body == std::string{identified_request} +
                              "&scope=https%3A%2F%2Fapi.example%2Fuser_impersonation%20offline_access"
                              "&refresh_token=seed-1&client_secret=client%20secret%2B1");
}

TEST_CASE_FIXTURE(Fixture, "version 1 is told the resource instead of a scope")
{
    settings.version = EndpointVersion::v1;
    auto source = make();
    transport.answer(200, read_file(std::filesystem::path{USAGED_TEST_DATA} / "token-v1-success.json"));
    CHECK(token(source) == "FAKE.ACCESS.TOKEN-0001");
    CHECK(transport.requests.at(0).url == "https://login.example/contoso.example/oauth2/token");
    CHECK(transport.requests.at(0).body ==
          std::string{identified_request} +
              "&resource=https%3A%2F%2Fapi.example&refresh_token=seed-1&client_secret=client%20secret%2B1");
}

TEST_CASE_FIXTURE(Fixture, "the scopes of a request are the API's and those asked for besides")
{
    TokenEndpoint const endpoint{settings, clock};
    Form more;
    endpoint.name_api(more, "offline_access openid");
    CHECK(more.text() == "scope=https%3A%2F%2Fapi.example%2Fuser_impersonation%20offline_access%20openid");
    Form bare;
    endpoint.name_api(bare, "");
    CHECK(bare.text() == "scope=https%3A%2F%2Fapi.example%2Fuser_impersonation");
}

TEST_CASE_FIXTURE(Fixture, "every request has an id of its own, which is asked back, and known if no answer comes")
{
    TokenEndpoint endpoint{settings, clock};
    transport.answer(200, granted("access-1", ""));
    transport.fail(Error{ErrorCategory::network, "no answer"});
    redeem(endpoint);
    auto const error = refusal(endpoint);
    auto const first = header_of(transport.requests[0], "client-request-id");
    auto const second = header_of(transport.requests[1], "client-request-id");
    CHECK(first.size() == 36);
    CHECK(first != second);
    CHECK(header_of(transport.requests[0], "return-client-request-id") == "true");
    CHECK(error.ids().correlation_id == second);
    CHECK(error.endpoint() == "token");
}

TEST_CASE_FIXTURE(Fixture, "a public client sends neither secret nor assertion")
{
    settings.client_secret = {};
    TokenEndpoint endpoint{settings, clock};
    transport.answer(200, granted("access-1", ""));
    redeem(endpoint);
    CHECK(sent(0, "client_secret").empty());
    CHECK(sent(0, "client_assertion").empty());
}

TEST_CASE_FIXTURE(Fixture, "an application with a certificate sends a new assertion each time, and no secret")
{
    certify(rsa_certificate());
    TokenEndpoint endpoint{settings, clock};
    for (std::size_t i = 0; i < 2; ++i) {
        transport.answer(200, granted("access-1", ""));
        redeem(endpoint);
        CHECK(sent(i, "client_secret").empty());
        CHECK(sent(i, "client_assertion_type") == "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer");
        CHECK(sent(i, "client_assertion").starts_with("eyJhbGciOiJQUzI1NiIsInR5cCI6IkpXVCIsIng1dCNTMjU2Ijoi"));
    }
    CHECK(sent(0, "client_assertion") != sent(1, "client_assertion"));
}

TEST_CASE_FIXTURE(Fixture, "a credential that was renewed counts without a restart")
{
    TokenEndpoint endpoint{settings, clock};
    transport.answer(200, granted("access-1", ""));
    secret("client_secret", "newer");
    redeem(endpoint);
    CHECK(sent(0, "client_secret") == "newer");
}

TEST_CASE_FIXTURE(Fixture, "a certificate that is refused is worth a retry in its first minute only")
{
    certify(rsa_certificate());
    TokenEndpoint endpoint{settings, clock};
    for (int i = 0; i < 5; ++i) refuse_certificate();
    CHECK(refusal(endpoint).retryable());
    clock.advance(59s);
    CHECK(refusal(endpoint).retryable());
    clock.advance(1s);
    auto const late = refusal(endpoint);
    CHECK_FALSE(late.retryable());
    CHECK_FALSE(late.retry_after());
    CHECK(late.category() == ErrorCategory::auth);
    certify(other_rsa_certificate());
    CHECK(refusal(endpoint).retryable());
    clock.advance(60s);
    CHECK_FALSE(refusal(endpoint).retryable());
}

TEST_CASE_FIXTURE(Fixture, "the first minute of a certificate begins when it is first used, which a person may delay")
{
    certify(rsa_certificate());
    TokenEndpoint endpoint{settings, clock};
    clock.advance(10min);
    for (int i = 0; i < 3; ++i) refuse_certificate();
    CHECK(refusal(endpoint).retryable());
    clock.advance(60s - 1ms);
    CHECK(refusal(endpoint).retryable());
    clock.advance(1ms);
    CHECK_FALSE(refusal(endpoint).retryable());
}

TEST_CASE_FIXTURE(Fixture, "other refusals are retried however old the certificate is")
{
    certify(rsa_certificate());
    TokenEndpoint endpoint{settings, clock};
    clock.advance(1h);
    transport.answer(503, "", {HttpHeader{"Retry-After", "7"}});
    auto const error = refusal(endpoint);
    CHECK(error.retryable());
    CHECK(error.retry_after() == 7s);
}

TEST_CASE_FIXTURE(Fixture, "a credential that cannot be read fails before anything is sent")
{
    settings.client_secret.name += ".missing";
    auto source = make();
    CHECK(refused(source) == ErrorCategory::config);
    settings.client_secret = {};
    settings.certificate.file = dir.path() / "missing.pem";
    auto certified = make();
    CHECK(refused(certified) == ErrorCategory::config);
    CHECK(transport.requests.empty());
}

TEST_CASE_FIXTURE(Fixture, "a token request leaves no credential in freed memory, however it ends")
{
    static constexpr std::string_view mark = "refresh_token=a-token-that-nobody-else-may-know";
    settings.refresh_token = secret("seed", std::string{mark.substr(14)});
    auto source = make();
    transport.requests.reserve(8); // its copies stay where they are
    transport.answer(200, granted("access-1", ""));
    transport.fail(Error{ErrorCategory::network, "no answer"});
    FreedMemory const freed{mark};
    token(source);
    source.drop_access_token();
    refused(source);
    CHECK(freed.found() == 0);
    CHECK(transport.requests.at(1).body.find(mark) != std::string::npos);
}

} // namespace usaged::test
