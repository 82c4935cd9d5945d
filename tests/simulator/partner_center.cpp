#include "tests/simulator/partner_center.h"

#include "tests/simulator/form.h"
#include "tests/simulator/licence_text.h"

#include <stdexcept>

namespace usaged::test {
namespace {

bool is_commercial(Endpoint endpoint)
{
    return endpoint == Endpoint::licenses_usage || endpoint == Endpoint::licenses_deployment;
}

/// What tells a request for a further page from others; empty for the first page.
std::string page_key(Request const& request)
{
    switch (endpoint_of(request)) {
    case Endpoint::customers:
        return request.value("MS-ContinuationToken");
    case Endpoint::customer_usage:
    case Endpoint::customer_deployment:
        return std::string{request.path()};
    default:
        break;
    }
    auto const fields = parse_query(request.query());
    auto const skip = fields ? field_of(*fields, "skip") : std::string{};
    auto const is_first = is_commercial(endpoint_of(request)) && fields && (skip.empty() || skip == "0");
    return is_first ? std::string{} : std::string{request.query()};
}

Answer items_answer(std::vector<std::string> const& items)
{
    return {200, {}, items_body(items)};
}

} // namespace

PartnerCenter::PartnerCenter(Market market, PartnerCenterOptions const& options,
                             std::function<bool(std::string const&, ApiGate::Time)> accepts_token)
    : market_{std::move(market)}, options_{options}, gate_{options.gate, std::move(accepts_token)}
{
}

Answer PartnerCenter::answer(Request const& request, ApiGate::Time now)
{
    auto const refusal = gate_.refuse(request, now);
    auto answer = refusal ? *refusal : content(request);
    gate_.finish(answer, request);
    return answer;
}

void PartnerCenter::serve(Endpoint endpoint, std::vector<std::string> pages)
{
    if (!is_of_partner_center(endpoint)) throw std::invalid_argument{"not an endpoint of Partner Center"};
    if (endpoint == Endpoint::usage)
        usage_.serve(std::move(pages));
    else
        prepared_[endpoint] = PreparedPages{std::move(pages), options_.gate.gzip};
}

Answer PartnerCenter::content(Request const& request)
{
    auto const endpoint = endpoint_of(request);
    if (is_commercial(endpoint) && !licenses_usage_.serves(request)) return gateway_not_found();
    if (auto found = prepared(request)) return *std::move(found);
    switch (endpoint) {
    case Endpoint::usage:
        return partner_usage(request);
    case Endpoint::partner_deployment:
        return partner_deployment(request);
    case Endpoint::customers:
        return answer_customer_list(request, market_.customers(step_), options_.customer_list);
    case Endpoint::licenses_usage:
        return licenses_usage_.answer(request, step_);
    case Endpoint::licenses_deployment:
        return licenses_deployment_.answer(request, step_);
    default:
        return customer(request);
    }
}

std::optional<Answer> PartnerCenter::prepared(Request const& request)
{
    auto const endpoint = endpoint_of(request);
    auto& pages = prepared_[endpoint];
    if (pages.empty()) return std::nullopt;
    auto const* const page = pages.page(page_key(request));
    if (page == nullptr && is_commercial(endpoint))
        return Answer{200, {}, R"({"Value":[],"@nextLink":null,"TotalCount":0})"};
    if (page == nullptr) return bad_request("There is no such page.");
    if (gate_.compresses_for(request)) return Answer{200, {{"Content-Encoding", "gzip"}}, page->compressed};
    return Answer{200, {}, page->plain};
}

Answer PartnerCenter::partner_usage(Request const& request)
{
    auto answer = usage_.answer(request, step_);
    if (options_.advance_per_request && usage_.serves_series() && answer.status == 200) ++step_;
    return answer;
}

Answer PartnerCenter::partner_deployment(Request const& request) const
{
    if (!request.query().empty()) return bad_request("The resource takes no query.");
    std::vector<std::string> items;
    for (auto const& row : market_.partner_deployment_rows(step_)) items.push_back(partner_deployment_item(row));
    return items_answer(items);
}

Answer PartnerCenter::customer(Request const& request) const
{
    auto const customer = market_.find_customer(customer_of(request), step_);
    if (!customer) return fault_answer(404, "60003", "The tenant is not found.");
    if (market_.options().without_relationship.contains(customer->number))
        return fault_answer(403, "20002", "There is no commerce relationship with that customer.");
    if (!request.query().empty()) return bad_request("The resource takes no query.");
    RowSelection const own{{}, customer->number};
    auto const optional_fields = market_.options().optional_fields;
    std::vector<std::string> items;
    if (endpoint_of(request) == Endpoint::customer_usage)
        for (auto const& row : market_.usage_rows(step_, own))
            items.push_back(customer_usage_item(row, optional_fields));
    else
        for (auto const& row : market_.deployment_rows(step_, own))
            items.push_back(customer_deployment_item(row, optional_fields));
    return items_answer(items);
}

} // namespace usaged::test
