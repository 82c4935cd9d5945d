#include "daemon/login/probe.h"
#include "tests/daemon/login/entra.h"

namespace usaged::test {
namespace {

ManualClock const fixed_clock{Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 7 / 1}}};

Verdict ask(ScriptedTransport& transport)
{
    return run_coroutine(probe(transport, fixed_clock, "https://api.example/v1/analytics/licenses/usage", "access-1"));
}

} // namespace

TEST_CASE("the API is asked once, with the token and the question whether it counts as multi-factor")
{
    ScriptedTransport transport;
    transport.answer(200, "{}");
    ask(transport);
    REQUIRE(transport.requests.size() == 1);
    auto const& request = transport.requests[0];
    CHECK(request.method == "GET");
    CHECK(request.url == "https://api.example/v1/analytics/licenses/usage");
    CHECK(header_of(request, "Authorization") == "Bearer access-1");
    CHECK(header_of(request, "ValidateMfa") == "true");
    CHECK(header_of(request, "MS-RequestId").size() == 36);
    CHECK(header_of(request, "MS-CorrelationId").size() == 36);
}

TEST_CASE("what the API says about multi-factor authentication")
{
    struct Case {
        std::string value;
        std::optional<bool> compliant;
    };
    for (auto const& row : {Case{"true", true}, Case{"True", true}, Case{"false", false}, Case{"FALSE", false},
                            Case{"", std::nullopt}, Case{"yes", std::nullopt}}) {
        CAPTURE(row.value);
        ScriptedTransport transport;
        transport.answer(200, "{}", {{"isMfaCompliant", row.value}});
        auto const verdict = ask(transport);
        CHECK_FALSE(verdict.refusal);
        CHECK(verdict.mfa_compliant == row.compliant);
    }
}

TEST_CASE("a refusal of the API has its cause and the ids of the request")
{
    ScriptedTransport transport;
    transport.answer(401, payload("error-401-900421-mfa.json"), {{"isMfaCompliant", "false"}});
    auto const verdict = ask(transport);
    REQUIRE(verdict.refusal);
    CHECK(verdict.refusal->category() == ErrorCategory::auth);
    CHECK(verdict.refusal->api_code() == "900421");
    CHECK(verdict.refusal->ids().request_id == header_of(transport.requests[0], "MS-RequestId"));
    CHECK(verdict.refusal->ids().correlation_id == header_of(transport.requests[0], "MS-CorrelationId"));
    CHECK(verdict.mfa_compliant == false);
}

TEST_CASE("the record of calls learns which try it was")
{
    ScriptedTransport transport;
    transport.answer(200, "{}");
    run_coroutine(probe(transport, fixed_clock, "https://api.example/", "access-1", 3));
    CHECK(transport.requests.at(0).attempt == 3);
}

TEST_CASE("a date in Retry-After is understood without the server's own")
{
    ScriptedTransport transport;
    transport.answer(503, "", {{"Retry-After", "Wed, 01 Jul 2026 00:00:57 GMT"}});
    auto const verdict = ask(transport);
    REQUIRE(verdict.refusal);
    CHECK(verdict.refusal->retry_after() == std::chrono::seconds{57});
}

TEST_CASE("no answer is no verdict")
{
    ScriptedTransport transport;
    transport.fail(Error{ErrorCategory::network, "reset"});
    CHECK_THROWS_AS(ask(transport), Error);
}

} // namespace usaged::test
