#pragma once

#include "tests/simulator/market.h"

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// Leads every body of the `/v1` endpoints, and none of the commercial ones.
inline constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

/// `2017-03-10`
std::string date_text(std::chrono::sys_days date);

/// When the deployment of a service was processed, without a zone: at midnight, or for o365 during the night.
std::string deployment_time(LicenceRow const& row);

/// The long form of the commercial endpoints: `Microsoft Office 365`.
std::string_view service_name(LicenceRow const& row);

/// `part` of `whole`, as a share from 0 to 1 with four decimals.
double share(std::int64_t part, std::int64_t whole);

/// `items` of the `/v1` endpoints, with these members of the envelope around them, each with a comma behind it.
std::string items_body(std::span<std::string const> items, std::string const& members = {});

// One item of the array, as JSON.

std::string partner_deployment_item(LicenceRow const& row);
std::string customer_usage_item(LicenceRow const& row, bool optional_fields);
std::string customer_deployment_item(LicenceRow const& row, bool optional_fields);

} // namespace usaged::test
