#pragma once

#include "tests/simulator/exchange.h"

#include <string>

namespace usaged::test {

enum class Endpoint {
    token,
    usage, ///< of the partner
    partner_deployment,
    customers,
    customer_usage, ///< of any customer, as customer_deployment
    customer_deployment,
    licenses_usage, ///< in both forms of the path, as licenses_deployment
    licenses_deployment,
    authorize,
    device_code,
    other
};

Endpoint endpoint_of(Request const& request);

/// Whether that is one of the seven that Partner Center has; the others but `other` are Entra ID's.
bool is_of_partner_center(Endpoint endpoint);

/// What stands for `{customer-id}` in the path of a request to customer_usage or customer_deployment.
std::string customer_of(Request const& request);

} // namespace usaged::test
