#include "tests/process/cookbook.h"
#include "tests/process/cookbook_text.h"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

namespace usaged::test {
namespace {

std::string newest_month(Ledger const& ledger)
{
    std::string newest;
    for (auto const& [service, date] : ledger.newest()) newest = std::max(newest, date);
    return month_of(newest);
}

/// The rows on the last date of each month, from `months` months before the newest on, by month.
std::map<std::string, std::vector<StoredRow>> rows_at_month_ends(Ledger const& ledger, int months)
{
    std::set<std::pair<std::string, std::string>> ends;
    for (auto const& [service, dates] : ledger.dates())
        for (auto const& end : month_ends(dates, plus_months(newest_month(ledger), -months)))
            ends.emplace(service, end);
    std::map<std::string, std::vector<StoredRow>> rows;
    for (auto const& [key, held] : ledger.rows()) {
        auto const& date = held.row.at("processed_date_time");
        if (ends.contains({held.row.at(ledger.service_column()), date})) rows[month_of(date)].push_back(held.row);
    }
    return rows;
}

Lines month_end_then_and_now(SimulatedYear const& year)
{
    auto const& ledger = year.ledger("licenses_deployment");
    auto const month = newest_month(ledger);
    auto const month_end = plus_days(month + "-01", -1);
    auto const known_at = month + "-03T12:00:00";
    std::map<Ledger::Key, StoredRow> then;
    for (auto const& replaced : ledger.replaced()) // the oldest comes first
        if (replaced.at >= known_at) then.emplace(ledger.key(replaced.row), replaced.row);
    std::set<std::string> lines; // by customer and product, whose names lead
    for (auto const& [key, held] : ledger.rows()) {
        if (day_of(held.row.at("processed_date_time")) != month_end || held.since >= known_at) continue;
        auto const& known = then.contains(key) ? then.at(key) : held.row;
        lines.insert(
            line({held.row.at("customer_name"), held.row.at("product_name"), known.at("licenses_sold"),
                  held.row.at("licenses_sold"), known.at("licenses_deployed"), held.row.at("licenses_deployed")}));
    }
    return {lines.begin(), lines.end()};
}

Lines restated(SimulatedYear const& year)
{
    auto const& ledger = year.ledger("licenses_usage");
    std::map<std::string, std::map<Ledger::Key, StoredRow>, std::greater<>> by_poll; // the newest first
    for (auto const& replaced : ledger.replaced()) {
        auto const& row = replaced.row;
        by_poll[replaced.at][{row.at("processed_date_time"), row.at("customer_tenant_id"), row.at("product_id"),
                              row.at("workload_code")}] = row;
    }
    Lines lines;
    for (auto const& [at, rows] : by_poll) {
        for (auto const& [order, before] : rows) {
            if (lines.size() == 20) return lines;
            auto const& now = ledger.rows().at(ledger.key(before)).row;
            lines.push_back(
                line({at, before.at("processed_date_time"), before.at("customer_name"), before.at("product_name"),
                      before.at("workload_name"), before.at("licenses_active"), now.at("licenses_active"),
                      before.at("licenses_qualified"), now.at("licenses_qualified")}));
        }
    }
    return lines;
}

Lines new_and_gone(SimulatedYear const& year)
{
    auto const by_month = rows_at_month_ends(year.ledger("licenses_deployment"), 12);
    std::map<std::string, std::map<std::string, std::string>> present; ///< by month: names by id
    for (auto const& [month, rows] : by_month)
        for (auto const& row : rows) {
            auto& name = present[month][row.at("customer_tenant_id")];
            name = std::max(name, row.at("customer_name"));
        }
    std::set<std::string> lines;
    for (auto month = present.begin(); std::next(month) != present.end(); ++month) {
        auto const next = std::next(month);
        for (auto const& [id, name] : next->second)
            if (!month->second.contains(id)) lines.insert(line({next->first, "new", name, id}));
        for (auto const& [id, name] : month->second)
            if (!next->second.contains(id)) lines.insert(line({next->first, "left", name, id}));
    }
    return {lines.begin(), lines.end()};
}

/// A name, and the first and the last date at the end of a month that it was seen on.
struct Name {
    std::string name, first, last;
};

Lines renamed(SimulatedYear const& year)
{
    auto const& ledger = year.ledger("licenses_deployment");
    std::map<std::string, std::map<std::string, Name>> names;
    for (auto const& [month, rows] : rows_at_month_ends(ledger, 12))
        for (auto const& row : rows) {
            auto const& date = row.at("processed_date_time");
            auto& name = names[row.at("customer_tenant_id")]
                             .try_emplace(row.at("customer_name"), Name{row.at("customer_name"), date, date})
                             .first->second;
            name.first = std::min(name.first, date);
            name.last = std::max(name.last, date);
        }
    std::map<std::pair<std::string, std::string>, std::string, std::greater<>> sorted;
    for (auto const& [id, of_customer] : names)
        for (auto const& [old_name, old] : of_customer)
            for (auto const& [new_name, later] : of_customer)
                if (old.last < later.first)
                    sorted[{later.first, old_name}] = line({id, old_name, old.last, new_name, later.first});
    Lines lines;
    for (auto const& [order, text] : sorted) lines.push_back(text);
    return lines;
}

struct Seats {
    std::string name;
    std::int64_t sold = 0, deployed = 0;
};

Lines largest_customers(SimulatedYear const& year)
{
    std::map<std::string, Seats> customers;
    std::int64_t all = 0;
    for (auto const& row : year.ledger("licenses_deployment").newest_rows()) {
        auto& customer = customers[row.at("customer_tenant_id")];
        customer.name = row.at("customer_name");
        customer.sold += number(row, "licenses_sold");
        customer.deployed += number(row, "licenses_deployed");
        all += number(row, "licenses_sold");
    }
    std::set<std::tuple<std::int64_t, std::string, std::string>> sorted;
    for (auto const& [id, each] : customers)
        sorted.emplace(
            -each.sold, each.name,
            line({each.name, std::to_string(each.sold), std::to_string(each.deployed), percent(each.sold, all)}));
    Lines lines;
    for (auto const& [sold, name, text] : sorted)
        if (lines.size() < 10) lines.push_back(text);
    return lines;
}

Lines growth(SimulatedYear const& year)
{
    Lines lines;
    std::optional<std::int64_t> before;
    for (auto const& [month, rows] : rows_at_month_ends(year.ledger("licenses_deployment"), 11)) {
        Seats sum;
        std::set<std::string> customers;
        for (auto const& row : rows) {
            customers.insert(row.at("customer_tenant_id"));
            sum.sold += number(row, "licenses_sold");
            sum.deployed += number(row, "licenses_deployed");
        }
        auto const grown = before ? std::to_string(sum.sold - *before) : std::string{};
        lines.push_back(line(
            {month, std::to_string(customers.size()), std::to_string(sum.sold), std::to_string(sum.deployed), grown}));
        before = sum.sold;
    }
    return lines;
}

} // namespace

Expectations expected_about_billing()
{
    return {{"How many seats had each customer at the last month-end, as we knew it when we wrote the invoices?",
             month_end_then_and_now},
            {"Which numbers were restated, and when did we notice?", restated},
            {"Which customers are new, and which have left?", new_and_gone},
            {"Which customers have another name than before?", renamed},
            {"Who are our largest customers?", largest_customers},
            {"How do we grow, month by month?", growth}};
}

} // namespace usaged::test
