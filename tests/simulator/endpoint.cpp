#include "tests/simulator/endpoint.h"

#include "tests/simulator/entra.h"

#include <string_view>

namespace usaged::test {
namespace {

constexpr std::string_view customers_path = "/v1/customers";

/// The path below a customer: `/analytics/licenses/usage`; empty for another path.
std::string_view below_customer(std::string_view path)
{
    if (!path.starts_with(customers_path)) return {};
    path.remove_prefix(customers_path.size());
    if (!path.starts_with('/')) return {};
    auto const end = path.find('/', 1);
    return end == std::string_view::npos ? std::string_view{} : path.substr(end);
}

Endpoint entra_endpoint_of(std::string_view path)
{
    auto const entra = entra_endpoint(path);
    if (!entra || entra->purpose == EntraPurpose::configuration) return Endpoint::other;
    if (entra->purpose == EntraPurpose::token) return Endpoint::token;
    return entra->purpose == EntraPurpose::authorize ? Endpoint::authorize : Endpoint::device_code;
}

} // namespace

Endpoint endpoint_of(Request const& request)
{
    auto path = request.path();
    if (path == "/v1/analytics/licenses/usage") return Endpoint::usage;
    if (path == "/v1/analytics/licenses/deployment") return Endpoint::partner_deployment;
    if (path == customers_path) return Endpoint::customers;
    if (below_customer(path) == "/analytics/licenses/usage") return Endpoint::customer_usage;
    if (below_customer(path) == "/analytics/licenses/deployment") return Endpoint::customer_deployment;
    constexpr std::string_view partner = "/partner";
    if (path.starts_with(partner)) path.remove_prefix(partner.size());
    if (path == "/v1/analytics/commercial/usage/license") return Endpoint::licenses_usage;
    if (path == "/v1/analytics/commercial/deployment/license") return Endpoint::licenses_deployment;
    return entra_endpoint_of(request.path());
}

bool is_of_partner_center(Endpoint endpoint)
{
    return endpoint >= Endpoint::usage && endpoint <= Endpoint::licenses_deployment;
}

std::string customer_of(Request const& request)
{
    auto const path = request.path();
    auto const start = customers_path.size() + 1;
    return std::string{path.substr(start, path.find('/', start) - start)};
}

} // namespace usaged::test
