#include "tests/process/cookbook.h"
#include "tests/process/cookbook_text.h"
#include "tests/process/database_text.h"

#include <algorithm>
#include <cstdlib>
#include <set>
#include <tuple>

namespace usaged::test {
namespace {

/// Active and qualified licences, or deployed and sold ones.
struct Sum {
    std::int64_t part = 0;
    std::int64_t whole = 0;
};

Lines first(Lines lines, std::size_t count)
{
    if (lines.size() > count) lines.resize(count);
    return lines;
}

/// The lines of a set whose elements end with them.
template <class Set>
Lines last_of_each(Set const& sorted)
{
    Lines lines;
    for (auto const& element : sorted)
        lines.push_back(std::get<std::tuple_size_v<typename Set::value_type> - 1>(element));
    return lines;
}

Lines use_by_product(SimulatedYear const& year)
{
    std::map<std::pair<std::string, std::string>, Sum> sums;
    for (auto const& row : year.ledger("licenses_usage").newest_rows()) {
        auto& sum = sums[{row.at("product_name"), row.at("workload_name")}];
        sum.part += number(row, "licenses_active");
        sum.whole += number(row, "licenses_qualified");
    }
    Lines lines;
    for (auto const& [names, sum] : sums)
        lines.push_back(line({names.first, names.second, std::to_string(sum.part), std::to_string(sum.whole),
                              percent(sum.part, sum.whole)}));
    return lines;
}

Lines trend_of_largest(SimulatedYear const& year)
{
    auto const& ledger = year.ledger("licenses_usage");
    std::set<std::pair<std::int64_t, std::string>> by_size; // the largest first
    for (auto const& row : ledger.latest())
        by_size.emplace(-number(row, "licenses_qualified"), row.at("customer_tenant_id"));
    std::map<std::pair<std::string, std::string>, Sum> sums;
    for (auto const& [key, held] : ledger.rows()) {
        if (held.row.at("customer_tenant_id") != by_size.begin()->second) continue;
        auto& sum = sums[{held.row.at("processed_date_time"), held.row.at("workload_name")}];
        sum.part += number(held.row, "licenses_active");
        sum.whole += number(held.row, "licenses_qualified");
    }
    Lines lines;
    for (auto const& [names, sum] : sums)
        lines.push_back(line({names.first, names.second, std::to_string(sum.part), std::to_string(sum.whole)}));
    return lines;
}

Lines movers_of_a_week(SimulatedYear const& year)
{
    auto const& ledger = year.ledger("licenses_usage");
    auto const newest = ledger.newest();
    struct Moved {
        std::string names, as_of;
        std::int64_t before = 0, now = 0;
    };
    std::map<Ledger::Key, Moved> moved;
    for (auto const& [key, held] : ledger.rows()) {
        auto const& date = held.row.at("processed_date_time");
        auto const& now = newest.at(held.row.at("service_code"));
        if (date != now && day_of(date) != plus_days(now, -7)) continue;
        auto& entry = moved[ledger.key(held.row, 1)];
        entry.names = line({held.row.at("customer_name"), held.row.at("product_name"), held.row.at("workload_name")});
        entry.as_of = date;
        (date == now ? entry.now : entry.before) = number(held.row, "licenses_active");
    }
    std::set<std::tuple<std::int64_t, std::string, std::string>> sorted;
    for (auto const& [key, each] : moved)
        sorted.emplace(-std::abs(each.now - each.before), each.names,
                       line({each.names, std::to_string(each.before), std::to_string(each.now),
                             std::to_string(each.now - each.before), each.as_of}));
    return first(last_of_each(sorted), 10);
}

Lines unused_seats(SimulatedYear const& year)
{
    struct Seats {
        std::string names;
        std::int64_t seats = 0, in_use = 0, unused = 0;
    };
    std::map<std::pair<std::string, std::string>, Seats> products;
    for (auto const& row : year.ledger("licenses_usage").newest_rows()) {
        auto const seats = number(row, "licenses_qualified");
        auto const in_use = number(row, "licenses_active");
        auto const [place, is_new] = products.try_emplace({row.at("customer_tenant_id"), row.at("product_id")});
        auto& product = place->second;
        product.names = line({row.at("customer_name"), row.at("product_name")});
        product.seats = std::max(product.seats, seats);
        product.in_use = std::max(product.in_use, in_use);
        product.unused = is_new ? seats - in_use : std::min(product.unused, seats - in_use);
    }
    std::set<std::tuple<std::int64_t, std::string, std::string>> sorted;
    for (auto const& [ids, each] : products)
        if (each.unused > 0)
            sorted.emplace(-each.unused, each.names,
                           line({each.names, std::to_string(each.seats), std::to_string(each.in_use),
                                 std::to_string(each.unused)}));
    return first(last_of_each(sorted), 20);
}

Lines not_deployed(SimulatedYear const& year)
{
    std::set<std::tuple<std::int64_t, std::string, std::string>> sorted;
    for (auto const& row : year.ledger("licenses_deployment").newest_rows()) {
        auto const left = number(row, "licenses_sold") - number(row, "licenses_deployed");
        auto const names = line({row.at("customer_name"), row.at("product_name")});
        if (left > 0)
            sorted.emplace(-left, names,
                           line({names, row.at("licenses_sold"), row.at("licenses_deployed"), std::to_string(left)}));
    }
    return first(last_of_each(sorted), 20);
}

Lines buy_without_use(SimulatedYear const& year)
{
    std::map<std::pair<std::string, std::string>, std::int64_t> active_of_product;
    for (auto const& row : year.ledger("licenses_usage").newest_rows()) {
        auto& active = active_of_product[{row.at("customer_tenant_id"), row.at("product_id")}];
        active = std::max(active, number(row, "licenses_active"));
    }
    std::map<std::string, Sum> sums;
    for (auto const& [ids, active] : active_of_product) sums[ids.first].part += active;
    std::map<std::string, std::string> names;
    for (auto const& row : year.ledger("licenses_deployment").newest_rows()) {
        sums[row.at("customer_tenant_id")].whole += number(row, "licenses_sold");
        names[row.at("customer_tenant_id")] = row.at("customer_name");
    }
    std::set<std::tuple<double, std::int64_t, std::string, std::string>> sorted;
    for (auto const& [id, sum] : sums)
        sorted.emplace(
            static_cast<double>(sum.part) / static_cast<double>(sum.whole), -sum.whole, names.at(id),
            line({names.at(id), std::to_string(sum.whole), std::to_string(sum.part), percent(sum.part, sum.whole)}));
    return first(last_of_each(sorted), 10);
}

Lines share_by_month(SimulatedYear const& year)
{
    auto const& ledger = year.ledger("licenses_usage");
    std::string newest;
    for (auto const& [service, date] : ledger.newest()) newest = std::max(newest, date);
    std::set<std::pair<std::string, std::string>> ends;
    for (auto const& [service, dates] : ledger.dates())
        for (auto const& end : month_ends(dates, plus_months(month_of(newest), -5))) ends.emplace(service, end);
    std::map<std::tuple<std::string, std::string, std::string>, Sum> sums;
    for (auto const& [key, held] : ledger.rows()) {
        auto const& date = held.row.at("processed_date_time");
        if (!ends.contains({held.row.at("service_code"), date})) continue;
        auto& sum = sums[{held.row.at("workload_name"), held.row.at("service_name"), month_of(date)}];
        sum.part += number(held.row, "licenses_active");
        sum.whole += number(held.row, "licenses_qualified");
    }
    Lines lines;
    for (auto const& [names, sum] : sums)
        lines.push_back(line({std::get<0>(names), std::get<1>(names), std::get<2>(names), std::to_string(sum.part),
                              std::to_string(sum.whole), percent(sum.part, sum.whole)}));
    return lines;
}

Lines use_beside_deployment(SimulatedYear const& year)
{
    struct Numbers {
        std::string names;
        std::int64_t sold = 0, deployed = 0, qualified = 0, active = 0;
    };
    std::map<std::pair<std::string, std::string>, Numbers> products;
    auto const of = [&](StoredRow const& row) -> Numbers& {
        auto& numbers = products[{row.at("customer_tenant_id"), row.at("product_id")}];
        numbers.names = line({row.at("customer_name"), row.at("product_name")});
        return numbers;
    };
    for (auto const& row : year.ledger("licenses_deployment").newest_rows()) {
        of(row).sold = number(row, "licenses_sold");
        of(row).deployed = number(row, "licenses_deployed");
    }
    for (auto const& row : year.ledger("licenses_usage").newest_rows()) {
        of(row).qualified = std::max(of(row).qualified, number(row, "licenses_qualified"));
        of(row).active = std::max(of(row).active, number(row, "licenses_active"));
    }
    std::set<std::tuple<std::int64_t, std::int64_t, std::string, std::string>> sorted;
    for (auto const& [ids, each] : products) {
        auto const difference = each.deployed - each.qualified;
        sorted.emplace(-std::abs(difference), -each.sold, each.names,
                       line({each.names, std::to_string(each.sold), std::to_string(each.deployed),
                             std::to_string(each.qualified), std::to_string(each.active), std::to_string(difference)}));
    }
    return first(last_of_each(sorted), 20);
}

/// `part / whole` with at most four decimals, halves upwards.
std::string share_text(Sum const& sum)
{
    if (sum.whole == 0) return {};
    auto const digits = std::to_string(10'000 + (20'000 * sum.part + sum.whole) / (2 * sum.whole));
    if (digits == "20000") return "1";
    auto const fraction = digits.substr(1, digits.find_last_not_of('0'));
    return fraction.empty() ? "0" : "0." + fraction;
}

Lines partner_beside_customers(SimulatedYear const& year)
{
    using Names = std::tuple<std::string, std::string, std::string>; ///< date, service, workload
    std::map<Names, Sum> sums;
    for (auto const& [key, held] : year.ledger("licenses_usage").rows()) {
        auto const& row = held.row;
        auto& sum = sums[{row.at("processed_date_time"), row.at("service_code"), row.at("workload_name")}];
        sum.part += number(row, "licenses_active");
        sum.whole += number(row, "licenses_qualified");
    }
    std::set<std::tuple<std::string, std::string, std::string>> sorted;
    for (auto const& row : year.ledger("partner_licenses_usage").latest()) {
        auto const& date = row.at("processed_date_time");
        auto const sum = sums[{date, row.at("service_name"), row.at("workload_name")}];
        auto const text = shown_rows(*find_dataset("partner_licenses_usage"), {row}).front();
        sorted.emplace(row.at("workload_name"), row.at("service_name"),
                       line({row.at("workload_name"), row.at("service_name"), date, text.substr(text.rfind('|') + 1),
                             share_text(sum)}));
    }
    return last_of_each(sorted);
}

} // namespace

Expectations expected_about_use()
{
    return {{"How many licences of each product are in use?", use_by_product},
            {"How did the use of one customer develop?", trend_of_largest},
            {"Where did the use change most within a week?", movers_of_a_week},
            {"Which seats does nobody use, by customer and product?", unused_seats},
            {"Which seats are sold, but not deployed?", not_deployed},
            {"Which customers buy, but do not use?", buy_without_use},
            {"How did the share of each workload develop over the months?", share_by_month},
            {"Do use and deployment of the same customer and product agree?", use_beside_deployment},
            {"Does the partner's percentage agree with the sum of the customers?", partner_beside_customers}};
}

} // namespace usaged::test
