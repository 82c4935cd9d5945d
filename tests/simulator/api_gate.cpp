#include "tests/simulator/api_gate.h"

#include "tests/simulator/gzip.h"
#include "tests/simulator/json_text.h"

#include <algorithm>

namespace usaged::test {
namespace {

using Verdict = std::optional<Answer>;

Verdict refuse_ids(Request const& request)
{
    for (auto const* const name : {"MS-RequestId", "MS-CorrelationId"}) {
        auto const values = request.values(name);
        if (values.size() > 1 || (values.size() == 1 && !is_guid(values.front())))
            return bad_request(std::string{name} + " must be a GUID.");
    }
    return std::nullopt;
}

Verdict refuse_headers(Request const& request)
{
    auto const accept = request.value("Accept");
    if (accept.find("application/json") == std::string::npos) return bad_request("Accept must be application/json.");
    auto const version = request.value("MS-Contract-Version");
    if (!version.empty() && version != "v1") return bad_request("MS-Contract-Version must be v1.");
    if (!request.body.empty()) return bad_request("The request must not have a body.");
    return refuse_ids(request);
}

std::string bearer_of(Request const& request)
{
    constexpr std::string_view scheme = "Bearer ";
    auto const value = request.value("Authorization");
    return value.starts_with(scheme) ? value.substr(scheme.size()) : std::string{};
}

Answer unauthorized(std::string const& code, std::string const& description)
{
    auto answer = fault_answer(401, code, description);
    answer.headers.push_back({"WWW-Authenticate", "OAuth realm=urn:cpsvc:cpid:" + random_guid()});
    return answer;
}

std::string id_or_new(Request const& request, std::string_view name)
{
    auto const value = request.value(name);
    return is_guid(value) ? value : random_guid();
}

} // namespace

ApiGate::ApiGate(GateOptions const& options, std::function<bool(std::string const&, Time)> accepts_token)
    : options_{options}, accepts_token_{std::move(accepts_token)}
{
}

Verdict ApiGate::refuse(Request const& request, Time now)
{
    if (request.method != "GET") {
        auto answer = fault_answer(405, "1001", "Method not allowed.");
        answer.headers.push_back({"Allow", "GET"});
        return answer;
    }
    if (auto const refusal = refuse_headers(request)) return *refusal;
    auto const correlation = request.value("MS-CorrelationId");
    if (!correlation.empty() && !correlation_ids_.insert(correlation).second)
        return bad_request("MS-CorrelationId was used before.");
    return refuse_bearer(request, now);
}

Verdict ApiGate::refuse_bearer(Request const& request, Time now) const
{
    if (request.values("Authorization").empty())
        return unauthorized("800001", "Partner token missing in request context.");
    if (request.values("Authorization").size() > 1 || !accepts_token_(bearer_of(request), now))
        return unauthorized("400", "Access denied.");
    if (options_.signed_in_with_mfa) return std::nullopt;
    return unauthorized("900421", "The access token does not carry a multifactor claim.");
}

bool ApiGate::compresses_for(Request const& request) const
{
    return options_.gzip && takes_gzip(request.value("Accept-Encoding"));
}

void ApiGate::finish(Answer& answer, Request const& request) const
{
    auto const is_encoding = [](Header const& header) { return header.name == "Content-Encoding"; };
    if (compresses_for(request) && std::none_of(answer.headers.begin(), answer.headers.end(), is_encoding)) {
        answer.headers.push_back({"Content-Encoding", "gzip"});
        answer.body = gzip(answer.body);
    }
    answer.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
    answer.headers.push_back({"MS-CorrelationId", id_or_new(request, "MS-CorrelationId")});
    answer.headers.push_back({"MS-RequestId", id_or_new(request, "MS-RequestId")});
    answer.headers.push_back({"MS-CV", random_guid().substr(0, 8) + random_guid().substr(0, 8) + ".0"});
    answer.headers.push_back({"MS-ServerId", "101112012"});
    answer.headers.push_back({"Request-Context", "appId=cid-v1:03ce8ca8-8373-4021-8f25-d5dd45c7b12f"});
    if (equal_ignoring_case(request.value("ValidateMfa"), "true"))
        answer.headers.push_back({"isMfaCompliant", options_.signed_in_with_mfa ? "true" : "false"});
}

Answer fault_answer(int status, std::string const& code, std::string const& description)
{
    return {status,
            {},
            R"({"code":)" + json_text(code) + R"(,"description":)" + json_text(description) +
                R"(,"data":[],"source":"PartnerFD"})"};
}

Answer bad_request(std::string const& description)
{
    return fault_answer(400, "2000", description);
}

Answer gateway_not_found()
{
    return {404, {}, R"({"statusCode":404,"message":"Resource not found"})"};
}

} // namespace usaged::test
