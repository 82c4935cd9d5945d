#include "tests/simulator/random_faults.h"

#include "tests/simulator/form.h"
#include "tests/simulator/licence_text.h"

#include <functional>
#include <string_view>

namespace usaged::test {
namespace {

struct Choice {
    std::string name;
    Fault fault;
};

using Choices = std::vector<Choice>;
using Change = std::function<void(Answer&)>;

Fault changed(Change change)
{
    Fault fault;
    fault.change = std::move(change);
    return fault;
}

Fault html(int status, std::vector<Header> headers = {})
{
    headers.push_back({"Content-Type", "text/html"});
    return answer(status, std::move(headers), "<html><body>Please come back later.</body></html>");
}

Fault json(int status, std::string body, std::vector<Header> headers = {})
{
    headers.push_back({"Content-Type", "application/json; charset=utf-8"});
    return answer(status, std::move(headers), std::move(body));
}

/// Takes the first member of that name out, with the comma behind it.
void erase_member(std::string& body, std::string_view name)
{
    auto const start = body.find('"' + std::string{name} + "\":");
    if (start != std::string::npos) body.erase(start, body.find(',', start) + 1 - start);
}

/// The first measure of the first row.
void erase_measure(Answer& answer)
{
    for (auto const* const name : {"proratedLicensesUsagePercent", "proratedDeploymentPercent", "licensesActive",
                                   "licenseActive", "licensesDeployed"})
        erase_member(answer.body, name);
}

void miscount(Answer& answer)
{
    constexpr std::string_view member = "\"totalCount\":";
    auto const start = answer.body.find(member);
    if (start != std::string::npos) answer.body.insert(start + member.size(), 1, '9');
}

void lead_elsewhere(Answer& answer)
{
    constexpr std::string_view member = "\"@nextLink\":";
    auto const start = answer.body.find(member);
    if (start == std::string::npos) return;
    auto const value = start + member.size();
    answer.body.replace(value, answer.body.find(',', value) - value, "\"https://example.com/license?skip=1\"");
}

Choices token_choices()
{
    return {
        {"500 of the token endpoint", html(500)},
        {"429 of the token endpoint", answer(429, {{"Retry-After", "0"}}, "Too many requests")},
        {"reset by the token endpoint", no_answer(Ending::reset)},
        {"token answer cut", cut_after(300, Ending::close)},
    };
}

/// Whatever the endpoint is.
Choices common_choices()
{
    return {
        {"500", json(500, R"({"code":"800003","description":"Try again.","data":[],"source":"PartnerFD"})")},
        {"503 with Retry-After", html(503, {{"Retry-After", "0"}})},
        {"503 with Retry-After of a second", html(503, {{"Retry-After", "1"}})},
        {"429 with Retry-After",
         json(429, R"({"statusCode":429,"message":"Rate limit is exceeded."})", {{"Retry-After", "0"}})},
        {"429", json(429, R"({"code":"429","description":"Too many requests.","data":[],"source":"PartnerFD"})")},
        {"401", json(401, R"({"code":"400","description":"Access denied.","data":[],"source":"PartnerFD"})")},
        {"reset", no_answer(Ending::reset)},
        {"closed", no_answer(Ending::close)},
        {"reset inside the answer", cut_after(300, Ending::reset)},
        {"closed inside the answer", cut_after(300, Ending::close_notify)},
        {"half a body", changed([](Answer& answer) { answer.body.resize(answer.body.size() / 2); })},
        {"HTML with 200", html(200)},
    };
}

/// Where an empty answer is one of the whole snapshot, not of a part of it.
void add_empty(Choices& choices, bool is_commercial)
{
    std::string const bom{byte_order_mark};
    choices.push_back({"204", answer(204)});
    if (is_commercial)
        choices.push_back({"no rows", json(200, R"({"Value":[],"@nextLink":null,"TotalCount":0})")});
    else
        choices.push_back({"no items", json(200, bom + R"({"totalCount":0,"items":[]})")});
    choices.push_back({"404 of the gateway", json(404, R"({"statusCode":404,"message":"Resource not found"})")});
}

Choices choices_for(Request const& request)
{
    auto const endpoint = endpoint_of(request);
    if (endpoint == Endpoint::token) return token_choices();
    auto choices = common_choices();
    if (endpoint == Endpoint::customers) {
        choices.push_back({"an id missing", changed([](Answer& answer) { erase_member(answer.body, "id"); })});
        return choices;
    }
    choices.push_back({"a measure missing", changed(erase_measure)});
    auto const is_commercial = endpoint == Endpoint::licenses_usage || endpoint == Endpoint::licenses_deployment;
    if (is_commercial)
        choices.push_back({"a link to another host", changed(lead_elsewhere)});
    else
        choices.push_back({"a wrong count", changed(miscount)});
    auto const fields = parse_query(request.query());
    auto const skip = fields ? field_of(*fields, "skip") : std::string{};
    auto const of_customer = endpoint == Endpoint::customer_usage || endpoint == Endpoint::customer_deployment;
    if (!of_customer && (skip.empty() || skip == "0")) add_empty(choices, is_commercial);
    return choices;
}

} // namespace

Fault RandomFaults::next(Request const& request)
{
    constexpr auto bits = 32U;
    auto const limit = probability_ * static_cast<double>(std::uint64_t{1} << bits);
    if (static_cast<double>(random_() >> bits) >= limit) return regular();
    auto const choices = choices_for(request);
    auto const& choice = choices[random_() % choices.size()];
    dealt_.push_back(choice.name);
    return choice.fault;
}

} // namespace usaged::test
