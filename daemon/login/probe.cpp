#include "daemon/login/probe.h"

#include "daemon/auth/answer.h"
#include "daemon/auth/guid.h"
#include "daemon/fault/classify.h"
#include "daemon/fault/text.h"
#include "daemon/secret/secret.h"

namespace usaged {

namespace {

std::optional<bool> mfa_compliant(HttpResponse const& response)
{
    auto const value = response.header("isMfaCompliant").value_or("");
    if (equals_ignoring_case(value, "true")) return true;
    if (equals_ignoring_case(value, "false")) return false;
    return std::nullopt;
}

} // namespace

boost::asio::awaitable<Verdict> probe(HttpTransport& transport, Clock const& clock, std::string url,
                                      std::string access_token, int attempt)
{
    WipeAtEnd const wiped_token{access_token};
    CallIds const ids{make_guid(), make_guid(), {}, {}};
    HttpRequest request;
    request.url = std::move(url);
    request.attempt = attempt;
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("MS-Contract-Version", "v1");
    request.headers.emplace_back("MS-PartnerCenter-Application", "usaged");
    request.headers.emplace_back("MS-RequestId", ids.request_id);
    request.headers.emplace_back("MS-CorrelationId", ids.correlation_id);
    request.headers.emplace_back("ValidateMfa", "true");
    request.headers.emplace_back("Authorization", "Bearer " + access_token);
    WipeAtEnd const wiped_header{request.headers.back().value};
    auto response = co_await transport.send(request);

    Verdict verdict;
    verdict.mfa_compliant = mfa_compliant(response);
    verdict.refusal = classify_api_answer(answer_of(response, clock.now()));
    if (verdict.refusal)
        verdict.refusal->endpoint("usage").ids(ids);
    else
        verdict.body = std::move(response.body);
    co_return verdict;
}

} // namespace usaged
