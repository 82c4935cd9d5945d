#include "tests/simulator/licence_text.h"
#include "tests/simulator/received_rows.h"
#include "tests/simulator/simulated_client.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>

namespace usaged::test {
namespace {

using Rows = std::vector<StoredRow>;

struct Site {
    explicit Site(SimulatorOptions const& options = {}) : simulator{options} {}

    ReceivedAnswer fetch(std::string const& target, std::string const& continuation = {}) const
    {
        return client.fetch(target, token, continuation);
    }

    std::string own(std::size_t customer, std::string const& view) const
    {
        auto const id = simulator.market().customers(simulator.step()).at(customer).id;
        return "/v1/customers/" + id + "/analytics/licenses/" + view;
    }

    Simulator simulator;
    SimulatedClient client{simulator};
    std::string token = client.access_token();
};

std::vector<std::string> ids(std::string const& body)
{
    std::vector<std::string> found;
    constexpr std::string_view before = "{\"id\":\"";
    for (auto at = body.find(before); at != std::string::npos; at = body.find(before, at + 1))
        found.push_back(body.substr(at + before.size(), 36));
    return found;
}

std::vector<std::string> all_ids(Market const& market, std::size_t step)
{
    std::vector<std::string> found;
    for (auto const& customer : market.customers(step)) found.push_back(customer.id);
    return found;
}

SimulatorOptions with(CustomerListOptions const& list)
{
    SimulatorOptions options;
    options.customer_list = list;
    return options;
}

/// The rows of all customers, with the id that their path has where the row has none.
Rows rows_of_all(Site const& site, std::string const& view)
{
    Rows rows;
    for (auto const& customer : site.simulator.market().customers(site.simulator.step())) {
        auto const answer = site.fetch("/v1/customers/" + customer.id + "/analytics/licenses/" + view);
        for (auto& row : received_rows(answer.body)) {
            row.emplace("customer_id", customer.id);
            rows.push_back(std::move(row));
        }
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// In the same order, and without what is not sent.
Rows sent_of(Rows rows)
{
    for (auto& row : rows) std::erase_if(row, [](auto const& column) { return column.second.empty(); });
    std::sort(rows.begin(), rows.end());
    return rows;
}

} // namespace

TEST_CASE("the partner's deployment is that of the market")
{
    Site site;
    site.simulator.advance(9);
    auto const body = site.fetch("/v1/analytics/licenses/deployment").body;
    auto rows = received_rows(body);
    std::sort(rows.begin(), rows.end());
    CHECK(rows == sent_of(site.simulator.market().answer("partner_licenses_deployment", 9)));
    CHECK(body.starts_with(byte_order_mark));
    CHECK(site.fetch("/v1/analytics/licenses/deployment?top=1").status == 400);
}

TEST_CASE("the customers' answers together are those of the market")
{
    for (auto const optional_fields : {false, true}) {
        CAPTURE(optional_fields);
        SimulatorOptions options;
        options.market.optional_fields = optional_fields;
        Site site{options};
        site.simulator.advance(12);
        auto const& market = site.simulator.market();
        CHECK(rows_of_all(site, "usage") == sent_of(market.answer("customer_licenses_usage", 12)));
        CHECK(rows_of_all(site, "deployment") == sent_of(market.answer("customer_licenses_deployment", 12)));
    }
}

TEST_CASE("a customer's answer has a byte order mark, and counts its rows")
{
    Site const site;
    for (auto const* const view : {"usage", "deployment"}) {
        CAPTURE(view);
        auto const body = site.fetch(site.own(0, view)).body;
        CHECK(body.starts_with(byte_order_mark));
        CHECK(envelope_member(body, "totalCount") == std::to_string(received_rows(body).size()));
    }
}

TEST_CASE("a customer is found in any case of letters, one that is not there is not found")
{
    Site const site;
    auto path = site.own(0, "usage");
    auto const id = path.find("customers/") + 10;
    std::transform(path.begin() + static_cast<std::ptrdiff_t>(id), path.begin() + static_cast<std::ptrdiff_t>(id) + 36,
                   path.begin() + static_cast<std::ptrdiff_t>(id),
                   [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
    CHECK(site.fetch(path).status == 200);
    auto const unknown = site.fetch("/v1/customers/" + random_guid() + "/analytics/licenses/usage");
    CHECK(unknown.status == 404);
    CHECK(text_field(unknown.body, "code") == "60003");
}

TEST_CASE("a customer without a relationship is listed and refused")
{
    SimulatorOptions options;
    options.market.without_relationship = {1};
    Site const site{options};
    CHECK(ids(site.fetch("/v1/customers?size=500").body) == all_ids(site.simulator.market(), 0));
    for (auto const* const view : {"usage", "deployment"}) {
        CAPTURE(view);
        auto const refused = site.fetch(site.own(1, view));
        CHECK(refused.status == 403);
        CHECK(text_field(refused.body, "code") == "20002");
        CHECK(site.fetch(site.own(2, view)).status == 200);
    }
}

TEST_CASE("the customer list is walked with the tokens that its pages give")
{
    Site const site;
    std::vector<std::string> found;
    auto body = site.fetch("/v1/customers?size=2").body;
    for (auto pages = 1;; ++pages) {
        CHECK(envelope_member(body, "totalCount") == std::to_string(ids(body).size()));
        for (auto& id : ids(body)) found.push_back(std::move(id));
        auto const token = envelope_member(body, "continuationToken");
        CHECK((body.find("seekOperation=Next") != std::string::npos) == !token.empty());
        if (token.empty()) break;
        REQUIRE(pages < 9);
        body = site.fetch("/v1/customers?size=2&seekOperation=next", token).body;
    }
    CHECK(found == all_ids(site.simulator.market(), 0));
}

TEST_CASE("without the token, or without saying that it seeks, a client gets the first page again")
{
    Site const site;
    auto const first = site.fetch("/v1/customers?size=2").body;
    auto const token = envelope_member(first, "continuationToken");
    CHECK(site.fetch("/v1/customers?size=2&seekOperation=Next").body == first);
    CHECK(site.fetch("/v1/customers?size=2", token).body == first);
}

TEST_CASE("the last page may carry a token that leads nowhere")
{
    CustomerListOptions list;
    list.dangling_token = true;
    Site const site{with(list)};
    auto const only = site.fetch("/v1/customers?size=500").body;
    auto const token = envelope_member(only, "continuationToken");
    CHECK(ids(only).size() == 5);
    auto const after = site.fetch("/v1/customers?size=500&seekOperation=Next", token);
    CHECK(after.status == 400);
    CHECK(text_field(after.body, "code") == "2000");
}

TEST_CASE("the server may give out fewer customers than a page is asked for")
{
    CustomerListOptions list;
    list.page_limit = 3;
    Site const site{with(list)};
    for (auto const* const query : {"", "?size=0", "?size=500"}) {
        CAPTURE(query);
        CHECK(ids(site.fetch(std::string{"/v1/customers"} + query).body).size() == 3);
    }
    CHECK(site.fetch("/v1/customers?size=x").status == 400);
    CHECK(site.fetch("/v1/customers?seekOperation=Next", "made up").status == 400);
}

TEST_CASE("every endpoint demands a token")
{
    Site const site;
    auto headers = site.client.usage_headers(site.token);
    headers.erase("Authorization");
    for (auto const& target :
         {std::string{"/v1/analytics/licenses/deployment"}, std::string{"/v1/customers?size=1"}, site.own(0, "usage"),
          site.own(0, "deployment"), std::string{"/partner/v1/analytics/commercial/usage/license"},
          std::string{"/partner/v1/analytics/commercial/deployment/license"}}) {
        CAPTURE(target);
        headers["MS-CorrelationId"] = random_guid();
        CHECK(site.client.ask(site.client.api_request(target, headers)).status == 401);
    }
}

TEST_CASE("requests are counted by their endpoint, whichever the customer")
{
    Site const site;
    for (auto const customer : {0U, 1U, 2U}) site.fetch(site.own(customer, "usage"));
    site.fetch(site.own(0, "deployment"));
    site.fetch("/v1/customers?size=1");
    CHECK(site.simulator.requests(Endpoint::customer_usage).size() == 3);
    CHECK(site.simulator.requests(Endpoint::customer_deployment).size() == 1);
    CHECK(site.simulator.requests(Endpoint::customers).size() == 1);
    CHECK(site.fetch("/v1/customers/").status == 404);
}

TEST_CASE("prepared bodies go to the customers in the order of their requests, and to the list by its tokens")
{
    Site site;
    site.simulator.serve(Endpoint::customer_usage, {"one", "two"});
    site.simulator.serve(Endpoint::customers, {"first", "second"});
    auto const path = [](char digit) { return "/v1/customers/" + std::string(8, digit) + "/analytics/licenses/usage"; };
    CHECK(site.fetch(path('a')).body == "one");
    CHECK(site.fetch(path('b')).body == "two");
    CHECK(site.fetch(path('a')).body == "one");
    CHECK(site.fetch(path('c')).status == 400);
    CHECK(site.fetch("/v1/customers?size=500").body == "first");
    CHECK(site.fetch("/v1/customers?size=500&seekOperation=Next", "token").body == "second");
    CHECK(site.fetch("/v1/customers?size=500").body == "first");
}

} // namespace usaged::test
