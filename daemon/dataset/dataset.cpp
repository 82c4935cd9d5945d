#include "daemon/dataset/dataset.h"

#include <algorithm>

namespace usaged {

namespace {

// Keys of a row that carry the type of the row and nothing else.
constexpr std::array<std::string_view, 1> object_attributes{"attributes"};

// Partner Center docs: get-partner-licenses-usage-information, analytics-resources. The processing date leads the key:
// snapshots arrive in date order, so inserts append.
constexpr std::array partner_licenses_usage_columns{
    Column{"processed_date_time", "processedDateTime", {}, ColumnType::timestamp, {}, true},
    Column{"service_name", "serviceName", {}, ColumnType::text, {}, true},
    Column{"workload_name", "workloadName", {}, ColumnType::text, {}, true},
    Column{"channel", "channel", {}, ColumnType::text, {}, true},
    Column{"prorated_licenses_usage_percent",
           "proratedLicensesUsagePercent",
           {},
           ColumnType::percent,
           "as sent: Microsoft documents no scale",
           false},
};

constexpr std::array all_datasets{
    Dataset{"partner_licenses_usage", "/v1/analytics/licenses/usage", "/v1", Envelope{"items", "totalCount"},
            partner_licenses_usage_columns, object_attributes},
};

} // namespace

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
