#include "tests/simulator/usage_endpoint.h"

#include "tests/simulator/gzip.h"
#include "tests/simulator/json_text.h"

#include <charconv>
#include <optional>

namespace usaged::test {
namespace {

using Verdict = std::optional<Answer>;

Answer bad_request(std::string const& description)
{
    return fault_answer(400, "2000", description);
}

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

/// The number in `page=N`; nothing for another query.
std::optional<std::size_t> page_number(std::string_view query)
{
    constexpr std::string_view name = "page=";
    std::size_t page = 0;
    if (!query.starts_with(name)) return std::nullopt;
    auto const result = std::from_chars(query.data() + name.size(), query.data() + query.size(), page);
    if (result.ec != std::errc{} || result.ptr != query.data() + query.size()) return std::nullopt;
    return page;
}

std::string id_or_new(Request const& request, std::string_view name)
{
    auto const value = request.value(name);
    return is_guid(value) ? value : random_guid();
}

} // namespace

UsageEndpoint::UsageEndpoint(UsageSeries series, UsageOptions const& options,
                             std::function<bool(std::string const&, Time)> accepts_token)
    : series_{std::move(series)}, options_{options}, accepts_token_{std::move(accepts_token)}
{
}

Answer UsageEndpoint::answer(Request const& request, Time now)
{
    auto answer = respond(request, now);
    answer.headers.push_back({"Content-Type", "application/json; charset=utf-8"});
    answer.headers.push_back({"MS-CorrelationId", id_or_new(request, "MS-CorrelationId")});
    answer.headers.push_back({"MS-RequestId", id_or_new(request, "MS-RequestId")});
    answer.headers.push_back({"MS-CV", random_guid().substr(0, 8) + random_guid().substr(0, 8) + ".0"});
    answer.headers.push_back({"MS-ServerId", "101112012"});
    answer.headers.push_back({"Request-Context", "appId=cid-v1:03ce8ca8-8373-4021-8f25-d5dd45c7b12f"});
    if (equal_ignoring_case(request.value("ValidateMfa"), "true"))
        answer.headers.push_back({"isMfaCompliant", options_.signed_in_with_mfa ? "true" : "false"});
    if (options_.gzip && takes_gzip(request.value("Accept-Encoding"))) {
        answer.headers.push_back({"Content-Encoding", "gzip"});
        answer.body = gzip(answer.body);
    }
    return answer;
}

Answer UsageEndpoint::respond(Request const& request, Time now)
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
    if (auto const refusal = refuse_bearer(request, now)) return *refusal;
    if (!pages_.empty()) return respond_page(request);
    if (!request.query().empty()) return bad_request("The resource takes no query.");
    Answer answer{200, {}, usage_body(series_.rows(step_))};
    if (options_.advance_per_request) ++step_;
    return answer;
}

Verdict UsageEndpoint::refuse_bearer(Request const& request, Time now) const
{
    if (request.values("Authorization").empty())
        return unauthorized("800001", "Partner token missing in request context.");
    if (request.values("Authorization").size() > 1 || !accepts_token_(bearer_of(request), now))
        return unauthorized("400", "Access denied.");
    if (options_.signed_in_with_mfa) return std::nullopt;
    return unauthorized("900421", "The access token does not carry a multifactor claim.");
}

Answer UsageEndpoint::respond_page(Request const& request)
{
    auto const page = request.query().empty() ? std::size_t{1} : page_number(request.query()).value_or(0);
    if (page == 0 || page > pages_.size()) return bad_request("There is no such page.");
    if (page > 1 && request.value("MS-ContinuationToken") != continuation_token(page))
        return bad_request("MS-ContinuationToken does not belong to the page.");
    return {200, {}, pages_[page - 1]};
}

Answer fault_answer(int status, std::string const& code, std::string const& description)
{
    return {status,
            {},
            R"({"code":)" + json_text(code) + R"(,"description":)" + json_text(description) +
                R"(,"data":[],"source":"PartnerFD"})"};
}

} // namespace usaged::test
