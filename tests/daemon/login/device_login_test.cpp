#include "daemon/login/device_login.h"
#include "tests/daemon/login/entra.h"

#include <vector>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using Fields = std::map<std::string, std::string>;
using Waits = std::vector<std::chrono::milliseconds>;

/// A person who was given a code and has not signed in yet.
struct DeviceSignIn : Entra {
    explicit DeviceSignIn(EndpointVersion version = EndpointVersion::v2) : Entra{version} {}

    DeviceCode code() const
    {
        DeviceCode code;
        code.device_code = Secret{"FAKE+DEVICE"};
        return code;
    }

    void pending(int times = 1)
    {
        for (int i = 0; i < times; ++i) transport.answer(400, payload("device-poll-pending.json"));
    }

    Grant wait() { return run_coroutine(login.wait(transport, code())); }
    Error refusal() { return error_of(login.wait(transport, code())); }

    DeviceLogin login{endpoint, clock};
};

} // namespace

TEST_CASE("a device code is asked for with all that the tokens shall be for")
{
    DeviceSignIn sign_in;
    sign_in.transport.then([](HttpRequest const& request) {
        CHECK(request.url == "https://login.example/contoso.example/oauth2/v2.0/devicecode");
        CHECK(fields(request.body) ==
              Fields{{"client_id", "client-1"},
                     {"scope", "https%3A%2F%2Fapi.example%2Fuser_impersonation%20offline_access%20openid%20profile"}});
        HttpResponse response;
        response.status = 200;
        response.body = payload("devicecode-v2-success.json");
        return response;
    });
    auto const code = run_coroutine(sign_in.login.begin(sign_in.transport));
    CHECK(code.device_code.reveal() == "FAKE-DEVICE-CODE-0001");
    CHECK(code.user_code == "FAKE12345");
    CHECK(code.verification_uri == "https://microsoft.com/devicelogin");
    CHECK(code.expires_in == 900s);
    CHECK(code.interval == 5s);
}

TEST_CASE("the older spelling of a device code is understood")
{
    DeviceSignIn sign_in{EndpointVersion::v1};
    sign_in.transport.answer(200, payload("devicecode-v1-success.json"));
    auto const code = run_coroutine(sign_in.login.begin(sign_in.transport));
    CHECK(code.device_code.reveal() == "FAKE-DEVICE-CODE-0002");
    CHECK(code.verification_uri == "https://aka.ms/devicelogin");
    CHECK(code.expires_in == 900s);
    CHECK(code.interval == 5s);
    CHECK(sign_in.transport.requests.at(0).url == "https://login.example/contoso.example/oauth2/devicecode");
}

TEST_CASE("missing and absurd numbers of a device code are replaced")
{
    struct Case {
        std::string numbers;
        std::chrono::seconds expires_in, interval;
    };
    for (auto const& row : {Case{"", 900s, 5s}, Case{R"(,"expires_in":0,"interval":-1)", 900s, 5s},
                            Case{R"(,"expires_in":"x","interval":null)", 900s, 5s},
                            Case{R"(,"expires_in":999999999999,"interval":99999999999)", 3600s, 60s}}) {
        CAPTURE(row.numbers);
        DeviceSignIn sign_in;
        sign_in.transport.answer(200, R"({"device_code":"d","user_code":"u","verification_uri":"https://x")" +
                                          row.numbers + "}");
        auto const code = run_coroutine(sign_in.login.begin(sign_in.transport));
        CHECK(code.expires_in == row.expires_in);
        CHECK(code.interval == row.interval);
    }
}

TEST_CASE("no device code comes from an error or from what is none")
{
    struct Case {
        int status;
        std::string body;
        ErrorCategory category;
    };
    for (auto const& row : {Case{200, payload("devicecode-error-with-200.json"), ErrorCategory::auth},
                            Case{400, payload("devicecode-error-with-200.json"), ErrorCategory::auth},
                            Case{503, "<html>", ErrorCategory::http}, Case{200, "<html>", ErrorCategory::protocol},
                            Case{200, R"({"user_code":"u","verification_uri":"https://x"})", ErrorCategory::protocol},
                            Case{200, R"({"user_code":"u","device_code":"d"})", ErrorCategory::protocol}}) {
        CAPTURE(row.body);
        DeviceSignIn sign_in;
        sign_in.transport.answer(row.status, row.body);
        CHECK(error_of(sign_in.login.begin(sign_in.transport)).category() == row.category);
    }
}

TEST_CASE("codes that are shown cannot put control characters on a terminal")
{
    DeviceSignIn sign_in;
    sign_in.transport.answer(200, R"({"device_code":"d","user_code":"\u001b[2J","verification_uri":"\u0007"})");
    auto const code = run_coroutine(sign_in.login.begin(sign_in.transport));
    CHECK(code.user_code.find('\x1b') == std::string::npos);
    CHECK(code.verification_uri.find('\x07') == std::string::npos);
}

TEST_CASE("a sign-in is waited for at the interval")
{
    DeviceSignIn sign_in;
    sign_in.pending(2);
    sign_in.transport.answer(200, granted);
    CHECK(sign_in.wait().refresh_token.reveal() == "refresh-1");
    CHECK(sign_in.clock.sleeps() == Waits{5s, 5s, 5s});
    CHECK(sign_in.transport.requests.at(0).url == "https://login.example/contoso.example/oauth2/v2.0/token");
}

TEST_CASE("the device code is redeemed as the protocol has it")
{
    DeviceSignIn sign_in;
    sign_in.transport.then([](HttpRequest const& request) {
        CHECK(fields(request.body) ==
              Fields{{"client_id", "client-1"},
                     {"grant_type", "urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code"},
                     {"device_code", "FAKE%2BDEVICE"},
                     {"scope", "https%3A%2F%2Fapi.example%2Fuser_impersonation%20offline_access%20openid%20profile"}});
        HttpResponse response;
        response.status = 200;
        response.body = granted;
        return response;
    });
    sign_in.wait();
    CHECK(sign_in.transport.done());
}

TEST_CASE("polling slows down when it is told to, and stays slow")
{
    struct Case {
        std::string file;
        std::chrono::seconds then;
    };
    for (auto const& row : {Case{"device-poll-slow-down.json", 10s}, Case{"token-error-50196-loop.json", 30s}}) {
        CAPTURE(row.file);
        DeviceSignIn sign_in;
        sign_in.transport.answer(400, payload(row.file));
        sign_in.pending();
        sign_in.transport.answer(200, granted);
        sign_in.wait();
        CHECK(sign_in.clock.sleeps() == Waits{5s, row.then, row.then});
    }
}

TEST_CASE("a service that fails for a while is asked less often")
{
    DeviceSignIn sign_in;
    sign_in.transport.answer(503, "<html>");
    sign_in.transport.fail(Error{ErrorCategory::network, "reset"});
    sign_in.transport.answer(429, "", {{"Retry-After", "70"}});
    sign_in.pending();
    sign_in.transport.answer(200, granted);
    sign_in.wait();
    CHECK(sign_in.clock.sleeps() == Waits{5s, 10s, 20s, 70s, 20s});
}

TEST_CASE("answers that end the waiting")
{
    for (auto const* file : {"device-poll-declined.json", "device-poll-access-denied.json", "device-poll-expired.json",
                             "device-poll-code-expired-v1.json", "device-poll-bad-code.json",
                             "device-poll-already-redeemed.json", "token-error-7000218-secret-missing.json"}) {
        CAPTURE(file);
        DeviceSignIn sign_in;
        sign_in.pending();
        sign_in.transport.answer(400, payload(file));
        auto const error = sign_in.refusal();
        CHECK(error.category() == ErrorCategory::auth);
        CHECK_FALSE(error.remedy().empty());
    }
}

TEST_CASE("the waiting ends with a last try when the code expires by our own clock")
{
    DeviceSignIn sign_in;
    sign_in.pending(180);
    auto const error = sign_in.refusal();
    CHECK(error.category() == ErrorCategory::auth);
    CHECK(std::string{error.what()}.find("expired") != std::string::npos);
    CHECK(sign_in.clock.steady_now().time_since_epoch() == 900s);
    CHECK(sign_in.transport.done());
}

TEST_CASE("the last try comes when the code expires, even within an interval")
{
    DeviceSignIn sign_in;
    auto code = sign_in.code();
    code.expires_in = 12s;
    sign_in.pending(2);
    sign_in.transport.answer(200, granted);
    auto const grant = run_coroutine(sign_in.login.wait(sign_in.transport, std::move(code)));
    CHECK(grant.refresh_token.reveal() == "refresh-1");
    CHECK(sign_in.clock.sleeps() == Waits{5s, 5s, 2s});
}

TEST_CASE("a service that asks for more patience than the code lasts is not asked again, and that is told")
{
    struct Case {
        int status;
        ErrorCategory category;
    };
    for (auto const& row : {Case{429, ErrorCategory::throttled}, Case{503, ErrorCategory::http}}) {
        CAPTURE(row.status);
        DeviceSignIn sign_in;
        sign_in.pending();
        sign_in.transport.answer(row.status, "", {{"Retry-After", "891"}});
        auto const error = sign_in.refusal();
        CHECK(error.category() == row.category);
        CHECK(error.http_status() == row.status);
        CHECK_FALSE(error.retryable());
        CHECK(sign_in.clock.sleeps() == Waits{5s, 5s});
    }
}

TEST_CASE("patience that the code just has is shown")
{
    DeviceSignIn sign_in;
    sign_in.pending();
    sign_in.transport.answer(429, "", {{"Retry-After", "890"}});
    sign_in.transport.answer(200, granted);
    CHECK(sign_in.wait().refresh_token.reveal() == "refresh-1");
    CHECK(sign_in.clock.sleeps() == Waits{5s, 5s, 890s});
}

TEST_CASE("a device sign-in without refresh token is of no use")
{
    DeviceSignIn sign_in;
    sign_in.transport.answer(200, granted_without_refresh_token);
    CHECK(sign_in.refusal().remedy().find("offline_access") != std::string::npos);
}

} // namespace usaged::test
