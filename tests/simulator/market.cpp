#include "tests/simulator/market.h"

#include "tests/simulator/exchange.h"
#include "tests/simulator/market_names.h"

#include <algorithm>

namespace usaged::test {
namespace {

constexpr auto first_day = std::chrono::sys_days{std::chrono::year{2017} / 3 / 9};

/// Of the products there are, each customer has some that follow each other.
constexpr std::size_t fewest_products = 12;

/// How often the numbers of a product were changed by the restatements of its day: not every one changes all.
std::size_t changes(std::uint64_t dice, std::size_t version)
{
    while (version > 0 && mixed({dice, version}) % 4 != 0) --version;
    return version;
}

/// `value` changed a bit, but from 0 to `limit`.
std::int64_t nudged(std::int64_t value, std::size_t by, std::int64_t limit)
{
    auto const change = static_cast<std::int64_t>(by);
    return value >= change ? value - change : std::min(limit, value + change);
}

std::int64_t day_number(std::chrono::sys_days date)
{
    return (date - first_day).count();
}

std::int64_t below(std::uint64_t dice, std::uint64_t limit)
{
    return static_cast<std::int64_t>(dice % limit);
}

std::int64_t sold_on(std::uint64_t dice, std::int64_t day)
{
    auto const at_first = 5 + below(dice, 200);
    auto const a_month = below(dice >> 8U, 9) - 3;
    auto const bought = day >= 120 && (dice >> 16U) % 4 == 0 ? at_first / 2 : 0;
    return std::max<std::int64_t>(1, at_first + a_month * day / 30 + bought);
}

} // namespace

Market::Market(UsageSeries series, std::uint64_t seed, MarketOptions options)
    : series_{std::move(series)}, seed_{seed}, options_{std::move(options)}
{
    for (std::size_t step = 0; step < series_.size(); ++step)
        for (auto const& row : series_.rows(step)) {
            auto& days = calendar_[row.service_name];
            if (days.size() > step) continue;
            Shown shown{row.processed_date};
            if (!days.empty() && days.back().date == shown.date)
                shown.version = days.back().version + (series_.kind(step) == UsageSeries::Step::restated ? 1 : 0);
            days.push_back(shown);
        }
}

std::size_t Market::last_step(std::size_t step) const
{
    return std::min(step, series_.size() - 1);
}

std::chrono::sys_days Market::date(std::string_view service, std::size_t step) const
{
    return calendar_.find(service)->second[last_step(step)].date;
}

std::optional<Market::Shown> Market::shown(std::string_view service, std::size_t step,
                                           std::optional<std::chrono::sys_days> date) const
{
    auto const& days = calendar_.find(service)->second;
    for (auto at = last_step(step) + 1; at-- > 0;)
        if (!date || days[at].date == *date) return days[at];
    return std::nullopt;
}

std::vector<MarketCustomer> Market::customers(std::size_t step) const
{
    auto const [first, last] = std::minmax({day_number(date("crm", step)), day_number(date("o365", step))});
    std::vector<MarketCustomer> found;
    for (std::size_t number = 0; number < options_.customers; ++number) {
        if (customer_is_there(seed_, number, first) || customer_is_there(seed_, number, last))
            found.push_back({number, customer_id(seed_, number), customer_name(seed_, number, last)});
    }
    return found;
}

std::optional<MarketCustomer> Market::find_customer(std::string_view id, std::size_t step) const
{
    auto const all = customers(step);
    auto const found = std::find_if(
        all.begin(), all.end(), [&](MarketCustomer const& customer) { return equal_ignoring_case(customer.id, id); });
    return found == all.end() ? std::nullopt : std::optional{*found};
}

void Market::add_rows(std::vector<LicenceRow>& rows, std::string_view service, Shown const& shown, std::size_t customer,
                      bool by_workload) const
{
    if (!customer_is_there(seed_, customer, day_number(shown.date))) return;
    auto const products = std::max(fewest_products, options_.products_per_customer);
    for (std::size_t i = 0; i < options_.products_per_customer; ++i) {
        auto const product = (customer + i) % products;
        if (product_service(product) != service) continue;
        auto row = product_row(shown, customer, product);
        if (by_workload)
            add_workload_rows(rows, std::move(row), shown, customer, product);
        else
            rows.push_back(std::move(row));
    }
}

LicenceRow Market::product_row(Shown const& shown, std::size_t customer, std::size_t product) const
{
    auto const day = day_number(shown.date);
    auto const dice = mixed({seed_, customer, product});
    auto const of_day = mixed({dice, static_cast<std::uint64_t>(day)});
    LicenceRow row{shown.date,
                   std::string{product_service(product)},
                   customer_id(seed_, customer),
                   customer_name(seed_, customer, day),
                   product_id(product),
                   product_name(product, day)};
    row.sold = sold_on(dice, day);
    auto const percent = 50 + below(dice >> 24U, 46) + below(of_day, 5);
    row.deployed = nudged(row.sold * percent / 100, changes(of_day, shown.version), row.sold);
    row.qualified = row.deployed;
    return row;
}

void Market::add_workload_rows(std::vector<LicenceRow>& rows, LicenceRow row, Shown const& shown, std::size_t customer,
                               std::size_t product) const
{
    auto const day = static_cast<std::uint64_t>(day_number(shown.date));
    for (auto const& workload : product_workloads(product)) {
        row.workload_code = workload.code;
        row.workload_name = workload.name;
        auto const dice = mixed({seed_, customer, product, static_cast<std::uint64_t>(workload.code.front())});
        auto const of_day = mixed({dice, day});
        auto const percent = 30 + below(dice >> 8U, 60) + below(of_day, 10);
        row.active = nudged(row.qualified * percent / 100, changes(of_day, shown.version), row.qualified);
        rows.push_back(row);
    }
}

std::vector<LicenceRow> Market::rows(std::size_t step, RowSelection const& selection, bool by_workload) const
{
    std::vector<LicenceRow> found;
    for (auto const& [service, days] : calendar_) {
        auto const shown_day = shown(service, step, selection.date);
        if (!shown_day) continue;
        auto const first = selection.customer.value_or(0);
        auto const end = selection.customer ? first + 1 : options_.customers;
        for (auto customer = first; customer < end; ++customer)
            add_rows(found, service, *shown_day, customer, by_workload);
    }
    return found;
}

std::vector<LicenceRow> Market::usage_rows(std::size_t step, RowSelection const& selection) const
{
    return rows(step, selection, true);
}

std::vector<LicenceRow> Market::deployment_rows(std::size_t step, RowSelection const& selection) const
{
    return rows(step, selection, false);
}

std::vector<LicenceRow> Market::partner_deployment_rows(std::size_t step) const
{
    std::vector<LicenceRow> sums;
    for (auto const& row : deployment_rows(step)) {
        if (sums.empty() || sums.back().service_code != row.service_code) sums.push_back({row.date, row.service_code});
        sums.back().sold += row.sold;
        sums.back().deployed += row.deployed;
    }
    return sums;
}

} // namespace usaged::test
