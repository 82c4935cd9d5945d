#include "daemon/dataset/dataset.h"

#include <algorithm>

namespace usaged {

namespace {

using enum ColumnType;

constexpr std::string_view as_sent = "as sent: Microsoft documents no scale";
constexpr std::string_view licences = "licences";

// Keys of a row that carry the type of the row and nothing else.
constexpr std::array<std::string_view, 1> object_attributes{"attributes"};

// Partner Center docs: analytics-resources, and the page of each endpoint. The processing date leads the key: snapshots
// arrive in date order, so inserts append.

// get-partner-licenses-usage-information
constexpr std::array<std::string_view, 1> partner_licenses_usage_paths{"/v1/analytics/licenses/usage"};
constexpr std::array partner_licenses_usage_columns{
    Column{"processed_date_time", "processedDateTime", {}, timestamp, {}, true},
    Column{"service_name", "serviceName", {}, text, {}, true},
    Column{"workload_name", "workloadName", {}, text, {}, true},
    Column{"channel", "channel", {}, text, {}, true},
    Column{"prorated_licenses_usage_percent", "proratedLicensesUsagePercent", {}, percent, as_sent, false},
};

// get-partner-licenses-deployment-information
constexpr std::array<std::string_view, 1> partner_licenses_deployment_paths{"/v1/analytics/licenses/deployment"};
constexpr std::array partner_licenses_deployment_columns{
    Column{"processed_date_time", "processedDateTime", {}, timestamp, {}, true},
    Column{"service_name", "serviceName", {}, text, {}, true},
    Column{"channel", "channel", {}, text, {}, true},
    Column{"prorated_deployment_percent", "proratedDeploymentPercent", {}, percent, as_sent, false},
    Column{"licenses_sold", "licensesSold", {}, count, licences, false},
};

// get-customer-licenses-usage-information. The customer's id is that of the request: the documented sample lacks it.
constexpr std::array<std::string_view, 1> customer_licenses_usage_paths{
    "/v1/customers/{customer-id}/analytics/licenses/usage"};
constexpr std::array customer_licenses_usage_columns{
    Column{"processed_date_time", "processedDateTime", {}, timestamp, {}, true, Part::day},
    Column{"service_name", "serviceName", {}, text, {}, true, Part::service},
    Column{"channel", "channel", {}, text, {}, true, Part::service},
    Column{"customer_id", "customerId", {}, guid, {}, true, Part::customer},
    Column{"product_name", "productName", {}, text, {}, true, Part::product},
    Column{"workload_name", "workloadName", {}, text, {}, true, Part::workload},
    Column{"service_code", "serviceCode", {}, text, {}, false, Part::service, true},
    Column{"customer_name", "customerName", {}, text, {}, false, Part::customer},
    Column{"workload_code", "workloadCode", {}, text, {}, false, Part::workload, true},
    Column{"licenses_active", "licensesActive", {}, count, licences, false},
    Column{"licenses_qualified", "licensesQualified", {}, count, licences, false},
    Column{"usage_percent", "usagePercent", {}, percent, as_sent, false},
};

// get-customer-licenses-deployment-information
constexpr std::array<std::string_view, 1> customer_licenses_deployment_paths{
    "/v1/customers/{customer-id}/analytics/licenses/deployment"};
constexpr std::array customer_licenses_deployment_columns{
    Column{"processed_date_time", "processedDateTime", {}, timestamp, {}, true, Part::day},
    Column{"service_name", "serviceName", {}, text, {}, true, Part::service},
    Column{"channel", "channel", {}, text, {}, true, Part::service},
    Column{"customer_id", "customerId", {}, guid, {}, true, Part::customer},
    Column{"product_name", "productName", {}, text, {}, true, Part::product},
    Column{"service_code", "serviceCode", {}, text, {}, false, Part::service, true},
    Column{"customer_name", "customerName", {}, text, {}, false, Part::customer},
    Column{"licenses_deployed", "licensesDeployed", {}, count, licences, false},
    Column{"licenses_sold", "licensesSold", {}, count, licences, false},
    Column{"deployment_percent", "deploymentPercent", {}, percent, as_sent, false},
};

// get-licenses-usage-information. Its field table and its sample spell licensesActive differently.
constexpr std::array<std::string_view, 2> licenses_usage_paths{"/partner/v1/analytics/commercial/usage/license",
                                                               "/v1/analytics/commercial/usage/license"};
constexpr std::array licenses_usage_columns{
    Column{"processed_date_time", "processedDateTime", {}, timestamp, {}, true, Part::day},
    Column{"service_code", "serviceCode", {}, text, {}, true, Part::service},
    Column{"channel", "channel", {}, text, {}, true, Part::service},
    Column{"customer_tenant_id", "customerTenantId", {}, guid, {}, true, Part::customer},
    Column{"product_id", "productId", {}, guid, {}, true, Part::product},
    Column{"workload_code", "workloadCode", {}, text, {}, true, Part::workload},
    Column{"service_name", "serviceName", {}, text, {}, false, Part::service},
    Column{"customer_name", "customerName", {}, text, {}, false, Part::customer},
    Column{"product_name", "productName", {}, text, {}, false, Part::product},
    Column{"workload_name", "workloadName", {}, text, {}, false, Part::workload},
    Column{"licenses_active", "licensesActive", "licenseActive", count, licences, false},
    Column{"licenses_qualified", "licensesQualified", {}, count, licences, false},
};

// get-licenses-deployment-information
constexpr std::array<std::string_view, 2> licenses_deployment_paths{
    "/partner/v1/analytics/commercial/deployment/license", "/v1/analytics/commercial/deployment/license"};
constexpr std::array licenses_deployment_columns{
    Column{"processed_date_time", "processedDateTime", {}, timestamp, {}, true, Part::day},
    Column{"service_code", "serviceCode", {}, text, {}, true, Part::service},
    Column{"channel", "channel", {}, text, {}, true, Part::service},
    Column{"customer_tenant_id", "customerTenantId", {}, guid, {}, true, Part::customer},
    Column{"product_id", "productId", {}, guid, {}, true, Part::product},
    Column{"service_name", "serviceName", {}, text, {}, false, Part::service},
    Column{"customer_name", "customerName", {}, text, {}, false, Part::customer},
    Column{"product_name", "productName", {}, text, {}, false, Part::product},
    Column{"licenses_deployed", "licensesDeployed", {}, count, licences, false},
    Column{"licenses_sold", "licensesSold", {}, count, licences, false},
};

constexpr Envelope items_envelope{{"items", {}}, {"totalCount", {}}, {}, true};
constexpr Envelope value_envelope{
    {"Value", "value"}, {"TotalCount", "totalCount"}, {"@nextLink", "@odata.nextLink", "nextLink"}, false};

constexpr std::array all_datasets{
    Dataset{"partner_licenses_usage", Collection::partner, partner_licenses_usage_paths, "/v1", items_envelope,
            partner_licenses_usage_columns, object_attributes},
    Dataset{"partner_licenses_deployment", Collection::partner, partner_licenses_deployment_paths, "/v1",
            items_envelope, partner_licenses_deployment_columns, object_attributes},
    Dataset{"customer_licenses_usage", Collection::customers, customer_licenses_usage_paths, "/v1", items_envelope,
            customer_licenses_usage_columns, object_attributes},
    Dataset{"customer_licenses_deployment", Collection::customers, customer_licenses_deployment_paths, "/v1",
            items_envelope, customer_licenses_deployment_columns, object_attributes},
    Dataset{"licenses_usage",
            Collection::commercial,
            licenses_usage_paths,
            {},
            value_envelope,
            licenses_usage_columns,
            object_attributes},
    Dataset{"licenses_deployment",
            Collection::commercial,
            licenses_deployment_paths,
            {},
            value_envelope,
            licenses_deployment_columns,
            object_attributes},
};

} // namespace

bool Dataset::compact() const
{
    return columns.front().part == Part::day;
}

std::span<Dataset const> datasets()
{
    return all_datasets;
}

Dataset const* find_dataset(std::string_view name)
{
    auto const found =
        std::find_if(all_datasets.begin(), all_datasets.end(), [&](Dataset const& each) { return each.name == name; });
    return found == all_datasets.end() ? nullptr : &*found;
}

} // namespace usaged
