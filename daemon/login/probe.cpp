#include "daemon/login/probe.h"

#include "daemon/auth/guid.h"
#include "daemon/fault/classify.h"
#include "daemon/secret/secret.h"

#include <algorithm>

namespace usaged {

namespace {

/// Wipes the header with the access token however the request ends.
class WipedAuthorization {
public:
    WipedAuthorization(HttpRequest& request, std::string& token) : request_{request}
    {
        request_.headers.emplace_back("Authorization", "Bearer " + token);
        wipe(token);
    }
    WipedAuthorization(WipedAuthorization const&) = delete;
    WipedAuthorization& operator=(WipedAuthorization const&) = delete;
    ~WipedAuthorization() { wipe(request_.headers.back().value); }

private:
    HttpRequest& request_;
};

bool equals_ignoring_case(std::string_view text, std::string_view lower)
{
    auto const same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a - 'A' + 'a' : a) == b; };
    return std::ranges::equal(text, lower, same);
}

std::optional<bool> mfa_compliant(HttpResponse const& response)
{
    auto const value = response.header("isMfaCompliant").value_or("");
    if (equals_ignoring_case(value, "true")) return true;
    if (equals_ignoring_case(value, "false")) return false;
    return std::nullopt;
}

} // namespace

boost::asio::awaitable<Verdict> probe(HttpTransport& transport, std::string url, std::string access_token)
{
    CallIds const ids{make_guid(), make_guid(), {}, {}};
    HttpRequest request;
    request.url = std::move(url);
    request.headers.emplace_back("Accept", "application/json");
    request.headers.emplace_back("MS-Contract-Version", "v1");
    request.headers.emplace_back("MS-PartnerCenter-Application", "usaged");
    request.headers.emplace_back("MS-RequestId", ids.request_id);
    request.headers.emplace_back("MS-CorrelationId", ids.correlation_id);
    request.headers.emplace_back("ValidateMfa", "true");
    WipedAuthorization const authorization{request, access_token};
    auto const response = co_await transport.send(request);

    Verdict verdict;
    verdict.date = std::string{response.header("Date").value_or("")};
    verdict.mfa_compliant = mfa_compliant(response);
    Answer answer;
    answer.status = response.status;
    answer.retry_after = response.header("Retry-After").value_or("");
    answer.date = verdict.date;
    answer.body = response.body;
    verdict.refusal = classify_api_answer(answer);
    if (verdict.refusal) verdict.refusal->endpoint("usage").ids(ids);
    co_return verdict;
}

} // namespace usaged
