#include "tests/simulator/form.h"
#include "tests/simulator/gzip.h"
#include "tests/simulator/licence_text.h"
#include "tests/simulator/received_rows.h"
#include "tests/simulator/simulated_client.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>

namespace usaged::test {
namespace {

constexpr auto usage_path = "/partner/v1/analytics/commercial/usage/license";
constexpr auto deployment_path = "/partner/v1/analytics/commercial/deployment/license";

using Rows = std::vector<StoredRow>;

struct Site {
    explicit Site(SimulatorOptions const& options = {}) : simulator{options} {}

    ReceivedAnswer fetch(std::string const& target) const { return client.fetch(target, token); }
    ReceivedAnswer fetch(std::string const& path, FormFields const& query) const
    {
        return fetch(path + ('?' + to_form(query)));
    }

    Simulator simulator;
    SimulatedClient client{simulator};
    std::string token = client.access_token();
};

SimulatorOptions with(CommercialOptions const& commercial)
{
    SimulatorOptions options;
    options.commercial = commercial;
    return options;
}

Rows sorted(Rows rows)
{
    std::sort(rows.begin(), rows.end());
    return rows;
}

/// The rows of all pages, following links from the first page on.
Rows follow(Site const& site, std::string target, std::size_t& pages)
{
    Rows rows;
    for (pages = 0; !target.empty(); ++pages) {
        auto const body = site.fetch(target).body;
        for (auto& row : received_rows(body)) rows.push_back(std::move(row));
        auto const link = envelope_member(body, "@nextLink");
        target = link.starts_with('/') || link.empty() ? link : link.substr(site.simulator.base_url().size());
    }
    return sorted(rows);
}

} // namespace

TEST_CASE("the commercial endpoints serve the newest day of the market, without a byte order mark")
{
    Site site;
    site.simulator.advance(7);
    for (auto const& view : {std::pair{usage_path, "licenses_usage"}, {deployment_path, "licenses_deployment"}}) {
        CAPTURE(view.second);
        auto const answer = site.fetch(view.first);
        CHECK(answer.status == 200);
        CHECK(answer.body.starts_with("{\"Value\":["));
        CHECK(sorted(received_rows(answer.body)) == sorted(site.simulator.market().answer(view.second, 7)));
        CHECK(envelope_member(answer.body, "TotalCount") == std::to_string(received_rows(answer.body).size()));
        CHECK(envelope_member(answer.body, "@nextLink").empty());
    }
}

TEST_CASE("a commercial row has the members of the documented one in their order, and is spelled like it")
{
    Site const site;
    for (auto const& sample :
         {std::pair{usage_path, "commercial-usage-page1.json"}, {deployment_path, "commercial-deployment.json"}}) {
        CAPTURE(sample.second);
        auto const body = site.fetch(sample.first).body;
        auto const documented = read_file(std::filesystem::path{USAGED_TEST_DATA} / sample.second);
        CHECK(members_of_first_row(body) == members_of_first_row(documented));
        CHECK(body.find("T00:00:00\",") != std::string::npos);
        auto const id = text_field(body, "customerTenantId");
        CHECK(std::none_of(id.begin(), id.end(), [](char c) { return c >= 'a' && c <= 'z'; }));
    }
}

TEST_CASE("the field table's spelling of the active licences can be had")
{
    CommercialOptions options;
    options.spell_licenses_active = true;
    Site const site{with(options)};
    auto const body = site.fetch(usage_path).body;
    CHECK(body.find("\"licensesActive\":") != std::string::npos);
    CHECK(body.find("\"licenseActive\":") == std::string::npos);
}

TEST_CASE("pages lead to each other, by absolute and by relative links, and hold every row once")
{
    for (auto const link : {NextLink::absolute, NextLink::relative}) {
        CAPTURE(static_cast<int>(link));
        CommercialOptions options;
        options.next_link = link;
        Site const site{with(options)};
        std::size_t pages = 0;
        auto const wanted = sorted(site.simulator.market().answer("licenses_usage", 0));
        CHECK(follow(site, std::string{usage_path} + "?top=7&filter=channel%20eq%20%27Reseller%27", pages) == wanted);
        CHECK(pages == (wanted.size() + 6) / 7);
    }
}

TEST_CASE("without links a client pages by top and skip until a page is not full")
{
    CommercialOptions options;
    options.next_link = NextLink::never;
    Site const site{with(options)};
    Rows rows;
    for (std::size_t page = 0; rows.size() == page * 5; ++page) {
        auto const body = site.fetch(usage_path, {{"top", "5"}, {"skip", std::to_string(page * 5)}}).body;
        CHECK(envelope_member(body, "@nextLink").empty());
        for (auto& row : received_rows(body)) rows.push_back(std::move(row));
    }
    CHECK(sorted(rows) == sorted(site.simulator.market().answer("licenses_usage", 0)));
}

TEST_CASE("the server may have a smaller limit than the client, and count all rows of the query")
{
    CommercialOptions options;
    options.page_limit = 4;
    options.total_count_of_query = true;
    Site const site{with(options)};
    auto const body = site.fetch(usage_path, {{"top", "10000"}}).body;
    CHECK(received_rows(body).size() == 4);
    CHECK(envelope_member(body, "TotalCount") == std::to_string(site.simulator.market().usage_rows(0).size()));
}

TEST_CASE("only the forms of the path that are wanted are served, the other is not found by the gateway")
{
    auto const expected = [](CommercialPaths paths, int with_partner, int without_partner) {
        CommercialOptions options;
        options.paths = paths;
        Site const site{with(options)};
        auto const path = std::string{usage_path};
        CHECK(site.fetch(path).status == with_partner);
        CHECK(site.fetch(path.substr(path.find("/v1"))).status == without_partner);
        CHECK(site.simulator.requests(Endpoint::licenses_usage).size() == 2);
    };
    expected(CommercialPaths::with_partner, 200, 404);
    expected(CommercialPaths::without_partner, 404, 200);
    expected(CommercialPaths::both, 200, 200);
}

TEST_CASE("what the gateway does not find has its documented body")
{
    Site const site;
    auto const answer = site.fetch("/v1/analytics/commercial/deployment/license");
    CHECK(answer.body == R"({"statusCode":404,"message":"Resource not found"})");
    CHECK(answer.header("Content-Type") == "application/json; charset=utf-8");
}

TEST_CASE("a date can be asked for as long as it is kept")
{
    CommercialOptions options;
    options.days_kept = 5;
    Site site{with(options)};
    auto const& market = site.simulator.market();
    site.simulator.advance(30);
    auto const newest = std::max(market.date("crm", 30), market.date("o365", 30));
    for (auto const age : {1, 4, 5, -1}) {
        CAPTURE(age);
        auto const date = newest - std::chrono::days{age};
        auto const rows = received_rows(site.fetch(usage_path, {{"processedDateTime", date_text(date)}}).body);
        CHECK(rows.empty() == (age == 5 || age == -1));
        for (auto const& row : rows) CHECK(row.at("processed_date_time") == stored_date_time(date));
    }
}

TEST_CASE("filters select")
{
    Site const site;
    auto const count = [&](std::string const& filter) {
        return received_rows(site.fetch(usage_path, {{"filter", filter}}).body).size();
    };
    auto const all = count("channel eq 'reseller'");
    auto const crm = count("serviceCode eq 'CRM'");
    CHECK(all == site.simulator.market().usage_rows(0).size());
    CHECK(crm > 0);
    CHECK(count("serviceCode ne 'crm'") == all - crm);
    auto const one = count("customerName eq 'O''REILLY & SONS'");
    CHECK(one > 0);
    CHECK(one < all);
    auto const both = count("serviceCode eq 'crm' and customerName eq 'O''REILLY & SONS'");
    CHECK(both > 0);
    CHECK(count("(serviceCode eq 'crm' or customerName eq 'O''REILLY & SONS')") == crm + one - both);
    CHECK(count("channel eq 'direct' and channel eq 'x' or serviceCode eq 'crm'") == crm);
    CHECK(count("channel eq 'direct' and (channel eq 'x' or serviceCode eq 'crm')") == 0);
}

TEST_CASE("a grouped answer has only the fields asked for and the sums")
{
    Site const site;
    for (auto const* const groupby : {"serviceCode,channel", "serviceCode%2Cchannel"}) {
        auto const rows = received_rows(site.fetch(std::string{usage_path} + "?groupby=" + groupby).body);
        REQUIRE(rows.size() == 2);
        std::int64_t active = 0;
        for (auto const& row : site.simulator.market().usage_rows(0))
            if (row.service_code == "crm") active += row.active;
        CHECK(rows[0].at("service_code") == "crm");
        CHECK(rows[0].at("licenses_active") == std::to_string(active));
        CHECK(rows[0].size() == 4);
    }
}

TEST_CASE("what the commercial endpoints do not understand they refuse")
{
    Site const site;
    for (auto const* const query :
         {"top=0", "top=10001", "top=x", "skip=-1", "$top=5", "processedDateTime=2017-3-9",
          "processedDateTime=2017-02-30", "groupby=licensesQualified", "filter=customer%20eq%20%27x%27",
          "filter=channel%20eq%20x", "filter=channel%20like%20%27x%27", "filter=channel%20eq%20%27x",
          "filter=%28channel%20eq%20%27x%27", "filter=channel%20eq%20%27x%27%29"}) {
        CAPTURE(query);
        CHECK(site.fetch(std::string{usage_path} + '?' + query).status == 400);
    }
    CHECK(site.fetch(deployment_path, {{"filter", "workloadCode eq 'EXO'"}}).status == 400);
    CHECK(site.fetch(usage_path, {{"filter", "workloadCode eq 'EXO'"}}).status == 200);
}

TEST_CASE("prepared bodies go out in order, the same to the same request")
{
    Site site;
    site.simulator.serve(Endpoint::licenses_usage, {"one", "two"});
    auto const body_at = [&](char const* query) { return site.fetch(std::string{usage_path} + query).body; };
    CHECK(body_at("?top=10") == "one");
    CHECK(body_at("?top=10&skip=10") == "two");
    CHECK(body_at("?top=10&skip=10") == "two");
    CHECK(body_at("?top=10&skip=20") == R"({"Value":[],"@nextLink":null,"TotalCount":0})");
    CHECK(body_at("?skip=0&groupby=channel,productId") == "one");
    site.simulator.serve(Endpoint::licenses_usage, {});
    CHECK(received_rows(body_at("")).size() > 2);
}

TEST_CASE("prepared bodies are compressed for a client that takes it")
{
    SimulatorOptions options;
    options.gzip = true;
    Site site{options};
    site.simulator.serve(Endpoint::licenses_usage, {"one"});
    CHECK(site.fetch(usage_path).body == "one");
    auto headers = site.client.usage_headers(site.token);
    headers["Accept-Encoding"] = "gzip";
    auto const compressed = site.client.ask(site.client.api_request(usage_path, headers));
    CHECK(compressed.header("Content-Encoding") == "gzip");
    CHECK(compressed.body == gzip("one"));
}

} // namespace usaged::test
