#include "tests/simulator/licence_text.h"
#include "tests/simulator/market.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <set>
#include <stdexcept>

namespace usaged::test {
namespace {

constexpr std::array<char const*, 6> all_datasets{"partner_licenses_usage",  "partner_licenses_deployment",
                                                  "customer_licenses_usage", "customer_licenses_deployment",
                                                  "licenses_usage",          "licenses_deployment"};

constexpr std::size_t last = 1000;

Market market_of(std::uint64_t seed, std::size_t dates, MarketOptions const& options = {})
{
    return Market{UsageSeries{seed, dates}, seed, options};
}

std::string wire(char const* file)
{
    return read_file(std::filesystem::path{USAGED_TEST_DATA} / file);
}

std::set<std::string> values_of(std::vector<StoredRow> const& rows, std::string const& column)
{
    std::set<std::string> values;
    for (auto const& row : rows) values.insert(row.at(column));
    return values;
}

/// How many names the GUIDs in a column have at most.
std::size_t most_names(std::vector<StoredRow> const& rows, std::string const& id, std::string const& name)
{
    std::map<std::string, std::set<std::string>> names;
    for (auto const& row : rows) names[row.at(id)].insert(row.at(name));
    std::size_t most = 0;
    for (auto const& [key, found] : names) most = std::max(most, found.size());
    return most;
}

LicenceRow documented(std::chrono::sys_days date, std::string const& service)
{
    LicenceRow row;
    row.date = date;
    row.service_code = service;
    row.customer_name = "DT DEMO CSP CUSTOMER 005";
    return row;
}

} // namespace

TEST_CASE("the documented answer about the partner's deployment is made byte for byte")
{
    auto crm = documented(std::chrono::year{2017} / 3 / 10, "crm");
    crm.sold = 343;
    auto o365 = documented(std::chrono::year{2017} / 3 / 14, "o365");
    o365.sold = o365.deployed = 4464;
    std::vector const items{partner_deployment_item(crm), partner_deployment_item(o365)};
    CHECK(items_body(items) == wire("partner-deployment.wire.bin"));
}

TEST_CASE("the documented answer about a customer's usage is made byte for byte")
{
    std::vector<std::string> items;
    auto const add = [&](char const* product, char const* workload, std::int64_t qualified) {
        auto row = documented(std::chrono::year{2017} / 3 / 9, "o365");
        row.product_name = product;
        row.workload_name = workload;
        row.qualified = qualified;
        items.push_back(customer_usage_item(row, false));
    };
    for (auto const* const workload : {"Exchange", "SharePoint", "Skype For Business"})
        add("OFFICE 365 BUSINESS ESSENTIALS", workload, 1);
    add("EXCHANGE ONLINE (PLAN 1)", "Exchange", 5);
    add("EXCHANGE ONLINE ARCHIVING FOR EXCHANGE ONLINE", "Exchange", 2);
    CHECK(items_body(items) == wire("customer-usage.wire.bin"));
}

TEST_CASE("the documented answer about a customer's deployment is made byte for byte")
{
    std::vector<std::string> items;
    auto const add = [&](char const* product, std::int64_t sold) {
        auto row = documented(std::chrono::year{2017} / 3 / 14, "o365");
        row.product_name = product;
        row.sold = sold;
        items.push_back(customer_deployment_item(row, false));
    };
    add("OFFICE 365 BUSINESS ESSENTIALS", 1);
    add("EXCHANGE ONLINE (PLAN 1)", 5);
    add("EXCHANGE ONLINE ARCHIVING FOR EXCHANGE ONLINE", 2);
    CHECK(items_body(items) == wire("customer-deployment.wire.bin"));
}

TEST_CASE("the same seed gives the same market, another seed another one")
{
    auto const market = market_of(1, 30);
    auto const same = market_of(1, 30);
    auto const other = market_of(2, 30);
    for (auto const* const dataset : all_datasets) {
        CAPTURE(dataset);
        CHECK(market.history(dataset, last) == same.history(dataset, last));
        CHECK(market.history(dataset, last) != other.history(dataset, last));
    }
}

TEST_CASE("each answer has each key once, whatever the seed")
{
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
        CAPTURE(seed);
        auto const market = market_of(seed, 120);
        for (std::size_t step = 0; step < market.series().size(); step += 10) {
            CHECK(market.answer("licenses_usage", step).size() == market.usage_rows(step).size());
            CHECK(market.answer("customer_licenses_usage", step).size() == market.usage_rows(step).size());
            CHECK(market.answer("licenses_deployment", step).size() == market.deployment_rows(step).size());
            CHECK(market.answer("partner_licenses_deployment", step).size() == 2);
        }
    }
}

TEST_CASE("more is sold than deployed, and as many are deployed as qualify, of which some are active")
{
    auto const market = market_of(3, 200);
    for (std::size_t step = 0; step < market.series().size(); ++step)
        for (auto const& row : market.usage_rows(step)) {
            CAPTURE(row.product_name);
            CHECK(row.sold >= row.deployed);
            CHECK(row.deployed == row.qualified);
            CHECK(row.qualified >= row.active);
            CHECK(row.active >= 0);
        }
}

TEST_CASE("the partner's deployment is the sum over its customers")
{
    auto const market = market_of(4, 30);
    for (auto const& sum : market.partner_deployment_rows(20)) {
        std::int64_t sold = 0;
        for (auto const& row : market.deployment_rows(20))
            if (row.service_code == sum.service_code) sold += row.sold;
        CAPTURE(sum.service_code);
        CHECK(sum.sold == sold);
        CHECK(sum.deployed <= sold);
    }
}

TEST_CASE("every dataset is restated now and then, and has days on which nothing changes")
{
    auto const market = market_of(5, 90);
    for (auto const* const dataset : all_datasets) {
        CAPTURE(dataset);
        CHECK(market.revisions(dataset, last).size() >= 8);
        std::size_t unchanged = 0;
        for (std::size_t step = 1; step < 60; ++step)
            if (market.answer(dataset, step) == market.answer(dataset, step - 1)) ++unchanged;
        CHECK(unchanged >= 2);
    }
}

TEST_CASE("a replaced value is that of an earlier answer, and not the newest one")
{
    auto const market = market_of(6, 40);
    auto const newest = market.history("licenses_usage", last);
    auto const replaced = market.revisions("licenses_usage", last);
    REQUIRE_FALSE(replaced.empty());
    std::set<StoredRow> served;
    for (std::size_t step = 0; step < market.series().size(); ++step)
        for (auto const& row : market.answer("licenses_usage", step)) served.insert(row);
    for (auto const& row : replaced) {
        CHECK(served.contains(row));
        CHECK(std::find(newest.begin(), newest.end(), row) == newest.end());
    }
}

TEST_CASE("the days of a service have no gap in any dataset")
{
    auto const market = market_of(7, 100);
    for (auto const* const dataset : all_datasets) {
        std::map<std::string, std::set<std::string>> days;
        for (auto const& row : market.history(dataset, last)) {
            auto const commercial = row.contains("customer_tenant_id");
            days[row.at(commercial ? "service_code" : "service_name")].insert(
                row.at("processed_date_time").substr(0, 10));
        }
        for (auto const* const service : {"crm", "o365"}) {
            CAPTURE(dataset);
            CAPTURE(service);
            auto const wanted = market.date(service, last) - market.date(service, 0);
            CHECK(days.at(service).size() == static_cast<std::size_t>(wanted.count()) + 1);
        }
    }
}

TEST_CASE("in a year a customer appears, one vanishes, and one changes its name, as do products")
{
    auto const market = market_of(8, 365);
    auto const rows = market.history("licenses_usage", last);
    auto const first = values_of(market.answer("licenses_usage", 0), "customer_tenant_id");
    auto const newest = values_of(market.answer("licenses_usage", last), "customer_tenant_id");
    CHECK(first.size() == 5);
    CHECK(newest.size() == 5);
    CHECK(first != newest);
    CHECK(values_of(rows, "customer_tenant_id").size() == 6);
    CHECK(most_names(rows, "customer_tenant_id", "customer_name") == 2);
    CHECK(most_names(rows, "product_id", "product_name") == 2);
}

TEST_CASE("who has rows is in the customer list, under the name of the newest day")
{
    auto const market = market_of(9, 200);
    for (std::size_t step = 0; step < market.series().size(); ++step) {
        CAPTURE(step);
        for (auto const& row : market.usage_rows(step)) {
            auto const customer = market.find_customer(row.customer_id, step);
            REQUIRE(customer);
            auto const newest = std::max(market.date("crm", step), market.date("o365", step));
            if (row.date == newest) CHECK(customer->name == row.customer_name);
        }
    }
}

TEST_CASE("customers without a relationship are in the commercial datasets only")
{
    MarketOptions options;
    options.without_relationship = {0, 1};
    auto const market = market_of(10, 5, options);
    CHECK(market.customers(0).size() == 5);
    CHECK(values_of(market.answer("licenses_usage", 0), "customer_tenant_id").size() == 5);
    CHECK(values_of(market.answer("customer_licenses_usage", 0), "customer_id").size() == 3);
    CHECK(values_of(market.answer("customer_licenses_deployment", 0), "customer_id").size() == 3);
}

TEST_CASE("a past date has the rows that were last served of it")
{
    auto const market = market_of(11, 40);
    auto const newest = market.history("licenses_usage", last);
    auto const date = market.date("o365", 10);
    std::size_t found = 0;
    for (auto const& row : newest)
        if (row.at("processed_date_time") == stored_date_time(date)) ++found;
    CHECK(market.usage_rows(last, {date, {}}).size() == found);
    CHECK(market.usage_rows(10, {date + std::chrono::days{30}, {}}).empty());
}

TEST_CASE("a large market has the rows that it is asked for")
{
    MarketOptions options;
    options.customers = 200;
    options.products_per_customer = 20;
    auto const market = market_of(12, 2, options);
    CHECK(market.usage_rows(1).size() > 4000);
    CHECK(market.answer("licenses_usage", 1).size() == market.usage_rows(1).size());
}

TEST_CASE("there is no other dataset than the six")
{
    auto const market = market_of(13, 2);
    CHECK_THROWS_WITH_AS(market.history("licences", 1), "no such dataset: licences", std::invalid_argument);
}

} // namespace usaged::test
