#include "tests/simulator/licence_text.h"
#include "tests/simulator/market.h"

#include <algorithm>
#include <array>
#include <span>
#include <stdexcept>
#include <utility>

namespace usaged::test {
namespace {

using Key = std::vector<std::string>;
using Columns = std::span<std::string_view const>;

constexpr std::array<std::string_view, 4> partner_usage_key{"processed_date_time", "service_name", "workload_name",
                                                            "channel"};
constexpr std::array<std::string_view, 3> partner_deployment_key{"processed_date_time", "service_name", "channel"};
constexpr std::array<std::string_view, 6> customer_key{"processed_date_time", "service_name", "channel",
                                                       "customer_id",         "product_name", "workload_name"};
constexpr std::array<std::string_view, 6> commercial_key{"processed_date_time", "service_code", "channel",
                                                         "customer_tenant_id",  "product_id",   "workload_code"};

StoredRow stored(UsageRow const& row)
{
    return {{"processed_date_time", stored_date_time(row.processed_date)},
            {"service_name", row.service_name},
            {"workload_name", row.workload_name},
            {"channel", row.channel},
            {"prorated_licenses_usage_percent", number_text(row.prorated_licenses_usage_percent)}};
}

StoredRow partner_deployment(LicenceRow const& row, bool)
{
    return {{"processed_date_time", deployment_time(row) + 'Z'},
            {"service_name", row.service_code},
            {"channel", "reseller"},
            {"prorated_deployment_percent", number_text(share(row.deployed, row.sold))},
            {"licenses_sold", std::to_string(row.sold)}};
}

StoredRow customer_usage(LicenceRow const& row, bool optional_fields)
{
    return {{"processed_date_time", stored_date_time(row.date)},
            {"service_name", row.service_code},
            {"channel", "reseller"},
            {"customer_id", row.customer_id},
            {"product_name", row.product_name},
            {"workload_name", row.workload_name},
            {"service_code", optional_fields ? row.service_code : ""},
            {"customer_name", row.customer_name},
            {"workload_code", optional_fields ? row.workload_code : ""},
            {"licenses_active", std::to_string(row.active)},
            {"licenses_qualified", std::to_string(row.qualified)},
            {"usage_percent", number_text(share(row.active, row.qualified))}};
}

StoredRow customer_deployment(LicenceRow const& row, bool optional_fields)
{
    return {{"processed_date_time", deployment_time(row) + 'Z'},
            {"service_name", row.service_code},
            {"channel", "reseller"},
            {"customer_id", row.customer_id},
            {"product_name", row.product_name},
            {"service_code", optional_fields ? row.service_code : ""},
            {"customer_name", row.customer_name},
            {"licenses_deployed", std::to_string(row.deployed)},
            {"licenses_sold", std::to_string(row.sold)},
            {"deployment_percent", number_text(share(row.deployed, row.sold))}};
}

StoredRow commercial(LicenceRow const& row)
{
    return {{"processed_date_time", stored_date_time(row.date)},
            {"service_code", row.service_code},
            {"channel", "reseller"},
            {"customer_tenant_id", row.customer_id},
            {"product_id", row.product_id},
            {"service_name", std::string{service_name(row)}},
            {"customer_name", row.customer_name},
            {"product_name", row.product_name}};
}

StoredRow commercial_usage(LicenceRow const& row, bool)
{
    auto found = commercial(row);
    found.emplace("workload_code", row.workload_code);
    found.emplace("workload_name", row.workload_name);
    found.emplace("licenses_active", std::to_string(row.active));
    found.emplace("licenses_qualified", std::to_string(row.qualified));
    return found;
}

StoredRow commercial_deployment(LicenceRow const& row, bool)
{
    auto found = commercial(row);
    found.emplace("licenses_deployed", std::to_string(row.deployed));
    found.emplace("licenses_sold", std::to_string(row.sold));
    return found;
}

enum class Rows { partner_deployment, usage, deployment };

/// How a dataset shows the rows of the market.
struct View {
    std::string_view dataset;
    Rows rows;
    bool by_customer; ///< asked for customer by customer
    Columns key;
    StoredRow (*store)(LicenceRow const&, bool optional_fields);
};

constexpr std::array views{
    View{"partner_licenses_deployment", Rows::partner_deployment, false, partner_deployment_key, partner_deployment},
    View{"customer_licenses_usage", Rows::usage, true, customer_key, customer_usage},
    View{"customer_licenses_deployment", Rows::deployment, true, Columns{customer_key}.first(5), customer_deployment},
    View{"licenses_usage", Rows::usage, false, commercial_key, commercial_usage},
    View{"licenses_deployment", Rows::deployment, false, Columns{commercial_key}.first(5), commercial_deployment},
};

View const& view_of(std::string_view dataset)
{
    auto const* const found =
        std::find_if(views.begin(), views.end(), [&](View const& view) { return view.dataset == dataset; });
    if (found == views.end()) throw std::invalid_argument{"no such dataset: " + std::string{dataset}};
    return *found;
}

bool is_partner_usage(std::string_view dataset)
{
    return dataset == "partner_licenses_usage";
}

Key key_of(StoredRow const& row, Columns columns)
{
    Key key;
    for (auto const column : columns) key.push_back(row.at(std::string{column}));
    return key;
}

std::vector<LicenceRow> rows_of(Market const& market, View const& view, std::size_t step)
{
    if (view.rows == Rows::partner_deployment) return market.partner_deployment_rows(step);
    auto const all = [&](RowSelection const& selection) {
        return view.rows == Rows::usage ? market.usage_rows(step, selection) : market.deployment_rows(step, selection);
    };
    if (!view.by_customer) return all({});
    std::vector<LicenceRow> rows;
    for (auto const& customer : market.customers(step)) {
        if (market.options().without_relationship.contains(customer.number)) continue;
        auto const own = all({{}, customer.number});
        rows.insert(rows.end(), own.begin(), own.end());
    }
    return rows;
}

/// Takes one answer after the other.
class Holder {
public:
    Holder(Market const& market, std::string_view dataset)
        : market_{market}, dataset_{dataset}, key_{is_partner_usage(dataset) ? Columns{partner_usage_key}
                                                                             : view_of(dataset).key}
    {
    }

    void take(std::size_t step)
    {
        std::map<Key, StoredRow> replaced;
        for (auto& row : market_.answer(dataset_, step)) {
            auto const [place, is_new] = newest_.try_emplace(key_of(row, key_), row);
            if (is_new || place->second == row) continue;
            replaced.insert_or_assign(place->first, std::exchange(place->second, std::move(row)));
        }
        for (auto& [key, row] : replaced) replaced_.push_back(std::move(row));
    }

    std::vector<StoredRow> newest() const
    {
        std::vector<StoredRow> rows;
        for (auto const& [key, row] : newest_) rows.push_back(row);
        return rows;
    }

    std::vector<StoredRow> const& replaced() const { return replaced_; }

private:
    Market const& market_;
    std::string_view dataset_;
    Columns key_;
    std::map<Key, StoredRow> newest_;
    std::vector<StoredRow> replaced_;
};

Holder take_all(Market const& market, std::string_view dataset, std::size_t last)
{
    Holder holder{market, dataset};
    for (std::size_t step = 0; step <= std::min(last, market.series().size() - 1); ++step) holder.take(step);
    return holder;
}

} // namespace

std::vector<StoredRow> Market::answer(std::string_view dataset, std::size_t step) const
{
    std::map<Key, StoredRow> rows;
    if (is_partner_usage(dataset)) {
        for (auto const& row : series_.rows(step)) rows.emplace(key_of(stored(row), partner_usage_key), stored(row));
    } else {
        auto const& view = view_of(dataset);
        for (auto const& row : rows_of(*this, view, step)) {
            auto shown = view.store(row, options_.optional_fields);
            auto key = key_of(shown, view.key);
            rows.emplace(std::move(key), std::move(shown));
        }
    }
    std::vector<StoredRow> found;
    for (auto& [key, row] : rows) found.push_back(std::move(row));
    return found;
}

std::vector<StoredRow> Market::history(std::string_view dataset, std::size_t last) const
{
    return take_all(*this, dataset, last).newest();
}

std::vector<StoredRow> Market::revisions(std::string_view dataset, std::size_t last) const
{
    return take_all(*this, dataset, last).replaced();
}

} // namespace usaged::test
