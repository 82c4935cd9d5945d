#pragma once

#include "tests/simulator/usage_series.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

struct MarketOptions {
    /// Of every six customers one appears after some weeks, one vanishes after some months, and one changes its name.
    std::size_t customers = 6;
    std::size_t products_per_customer = 4;
    /// Numbers of customers (from 0) that are in the customer list and in the commercial answers, but whose own
    /// analytics are refused with 403 and code 20002.
    std::set<std::size_t> without_relationship = {};
    /// The customers' datasets carry `customerId`, `serviceCode` and `workloadCode`, which the documented samples lack.
    bool optional_fields = false;
};

struct MarketCustomer {
    std::size_t number = 0;
    std::string id; ///< GUID in lower case; of the tenant too
    std::string name;
};

/// One row of any dataset but partner_licenses_usage. Which members count is said by the dataset.
struct LicenceRow {
    std::chrono::sys_days date;
    std::string service_code = {}; ///< `o365`; in the partner's and the customers' datasets this is the service's name
    std::string customer_id = {};  ///< GUID in lower case
    std::string customer_name = {};
    std::string product_id = {}; ///< GUID in lower case
    std::string product_name = {};
    std::string workload_code = {};
    std::string workload_name = {};
    std::int64_t sold = 0;
    std::int64_t deployed = 0;
    std::int64_t qualified = 0;
    std::int64_t active = 0;
};

/// Which rows of a step; nothing: the newest date of each service, all customers.
struct RowSelection {
    std::optional<std::chrono::sys_days> date = {}; ///< as last served up to the step
    std::optional<std::size_t> customer = {};       ///< its number
};

/// A row as the database shows it: every column of the API by its name, `{{"licenses_active", "12"}, …}`. Texts and
/// timestamps as they are stored, GUIDs in lower case, counts in decimal, percentages as number_text writes them. An
/// empty text is one that the service does not send, so NULL. To compare: select these columns, take NULL as empty,
/// doubles through number_text and integers through std::to_string.
using StoredRow = std::map<std::string, std::string>;

/// Shortest form that reads back identical, with a fraction even if it is zero: `0.25`, `1.0`.
std::string number_text(double value);

/// What six views of the same licences show over the days. The calendar is that of a UsageSeries: at each of its steps
/// a service moves on by a day, is restated for the day already served, or stays. Customers, products and names are a
/// matter of the day, numbers of the day and of how often it was restated; sold >= deployed = qualified >= active.
/// The same seed gives the same market.
class Market {
public:
    Market(UsageSeries series, std::uint64_t seed, MarketOptions options = {});

    UsageSeries const& series() const { return series_; }
    MarketOptions const& options() const { return options_; }

    /// The newest processing date of that service (`crm`, `o365`) at a step. Steps after the last one are the last one.
    std::chrono::sys_days date(std::string_view service, std::size_t step) const;

    /// The customer list at a step, in the order of their numbers: everyone who has rows then, or had until lately.
    std::vector<MarketCustomer> customers(std::size_t step) const;
    /// Nothing for a customer that is not in the list at that step. The GUID in any case of letters.
    std::optional<MarketCustomer> find_customer(std::string_view id, std::size_t step) const;

    /// What the commercial endpoints hold at a step: for each customer, product and workload of a service.
    std::vector<LicenceRow> usage_rows(std::size_t step, RowSelection const& selection = {}) const;
    /// For each customer and product of a service.
    std::vector<LicenceRow> deployment_rows(std::size_t step, RowSelection const& selection = {}) const;
    /// The sums over all customers: one row a service.
    std::vector<LicenceRow> partner_deployment_rows(std::size_t step) const;

    // What somebody holds who took every answer up to and with step `last`, of any of the six datasets by its name;
    // customers without a relationship are not in the customers' datasets. Throw std::invalid_argument for another
    // name.

    /// The newest value of each key, in the order of the key: date, service, channel, customer, product, workload as
    /// far as the dataset has them (partner_licenses_usage: date, service, workload, channel).
    std::vector<StoredRow> history(std::string_view dataset, std::size_t last) const;
    /// The values that were replaced by another one, in the order of the replacement, within one step in that of keys.
    std::vector<StoredRow> revisions(std::string_view dataset, std::size_t last) const;
    /// What the answer at a step holds, in the order of the key.
    std::vector<StoredRow> answer(std::string_view dataset, std::size_t step) const;

private:
    /// What a step shows of one service.
    struct Shown {
        std::chrono::sys_days date;
        std::size_t version = 0; ///< how often that date was restated before
    };

    void add_rows(std::vector<LicenceRow>& rows, std::string_view service, Shown const& shown, std::size_t customer,
                  bool by_workload) const;
    LicenceRow product_row(Shown const& shown, std::size_t customer, std::size_t product) const;
    void add_workload_rows(std::vector<LicenceRow>& rows, LicenceRow row, Shown const& shown, std::size_t customer,
                           std::size_t product) const;
    std::vector<LicenceRow> rows(std::size_t step, RowSelection const& selection, bool by_workload) const;
    std::optional<Shown> shown(std::string_view service, std::size_t step,
                               std::optional<std::chrono::sys_days> date) const;
    std::size_t last_step(std::size_t step) const;

    UsageSeries series_;
    std::uint64_t seed_;
    MarketOptions options_;
    std::map<std::string, std::vector<Shown>, std::less<>> calendar_; ///< by service, one for each step
};

} // namespace usaged::test
