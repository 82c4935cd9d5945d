#include "daemon/dataset/dataset.h"
#include "tests/process/installation.h"
#include "tests/support/tls_server.h"

#include <doctest/doctest.h>
#include <simdjson.h>

#include <algorithm>
#include <csignal>
#include <future>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

std::map<std::string, std::string> with_datasets(std::string const& entries)
{
    return {{"datasets", "[" + entries + "]"}};
}

std::string const every_dataset = "partner_licenses_usage, partner_licenses_deployment, customer_licenses_usage, "
                                  "customer_licenses_deployment, licenses_usage, licenses_deployment";

Lines sorted(Lines lines)
{
    std::ranges::sort(lines);
    return lines;
}

/// A value as test::query writes it: it leaves out a fraction that is zero.
std::string queried(Column const& column, std::string value)
{
    if (column.type == ColumnType::percent && value.ends_with(".0")) value.resize(value.size() - 2);
    return value;
}

/// The rows that the market tells of, as test::query would.
Lines told(Dataset const& dataset, std::vector<StoredRow> const& rows)
{
    Lines lines;
    for (auto const& row : rows) {
        std::string line;
        for (auto const& column : dataset.columns)
            line += (line.empty() ? "" : "|") + queried(column, row.at(std::string{column.name}));
        lines.push_back(std::move(line));
    }
    return sorted(std::move(lines));
}

Lines stored(Installation const& site, Dataset const& dataset)
{
    std::string columns;
    for (auto const& column : dataset.columns) columns.append(columns.empty() ? "" : ", ").append(column.name);
    return sorted(site.query("SELECT " + columns + " FROM " + std::string{dataset.name}));
}

Lines revision_count(Installation const& site, Dataset const& dataset)
{
    return site.query("SELECT count(*) FROM " + std::string{dataset.name} + "_revision");
}

void check_history(Installation const& site, Dataset const& dataset, std::size_t last)
{
    CAPTURE(dataset.name);
    auto const& market = site.simulator.market();
    CHECK(stored(site, dataset) == told(dataset, market.history(dataset.name, last)));
    auto const revisions = market.revisions(dataset.name, last).size();
    CHECK(revision_count(site, dataset) == Lines{std::to_string(revisions)});
}

void check_history(Installation const& site, std::size_t last)
{
    for (auto const& dataset : datasets()) check_history(site, dataset, last);
}

/// A server besides the simulator, whose authority the site trusts once it is configured to.
struct OtherServer {
    explicit OtherServer(TlsServer::Script script) : server{issue(ca, localhost()), std::move(script)} {}

    KeyedCertificate ca = make_ca("another authority");
    TlsServer server;

    void configure(Installation const& site, std::map<std::string, std::string> const& settings) const
    {
        site.configure(settings);
        auto const roots = site.directory.path() / "ca.pem";
        write_file(roots, read_file(roots) + ca.certificate_pem);
    }

    static CertificateOptions localhost()
    {
        CertificateOptions options;
        options.ip_addresses = {"127.0.0.1"};
        return options;
    }
};

} // namespace

TEST_CASE("all six datasets are stored as the service tells them, day after day")
{
    Installation site{with_datasets(every_dataset)};
    for (std::size_t step = 0; step < 6; ++step) {
        auto const ended = site.fetch();
        CAPTURE(ended.log);
        REQUIRE(ended.status == 0);
        CHECK(lines_with(ended.output, " rows: ").size() == 6);
        check_history(site, step);
        site.simulator.advance();
    }
}

TEST_CASE("fetching all six datasets twice writes no row")
{
    Installation site{with_datasets(every_dataset)};
    REQUIRE(site.fetch().status == 0);
    auto const again = site.fetch();
    CHECK(again.status == 0);
    CHECK(lines_with(again.output, ": unchanged, ").size() == 6);
    CHECK(lines_with(again.output, " rows: 0 inserted, 0 changed, ").size() == 6);
    check_history(site, 0);
}

TEST_CASE("pages are followed wherever the server's links lead")
{
    for (auto const link : {NextLink::absolute, NextLink::relative}) {
        CAPTURE(static_cast<int>(link));
        SimulatorOptions options;
        options.commercial.next_link = link;
        options.commercial.page_limit = 5;
        options.customer_list.page_limit = 2;
        Installation site{with_datasets(every_dataset), options};
        CHECK(site.fetch().status == 0);
        check_history(site, 0);
        CHECK(site.simulator.requests(Endpoint::licenses_usage).size() > 3);
    }
}

TEST_CASE("after a full page the next one is asked for though no link leads to it")
{
    SimulatorOptions options;
    options.commercial.next_link = NextLink::never;
    options.market.customers = 1700;
    Installation const site{with_datasets("licenses_usage"), options};
    auto const rows = site.simulator.market().usage_rows(0).size();
    REQUIRE(rows > 10000);
    CHECK(site.fetch().status == 0);
    CHECK(site.query("SELECT count(*) FROM licenses_usage") == Lines{std::to_string(rows)});
    auto const requests = site.simulator.requests(Endpoint::licenses_usage);
    REQUIRE(requests.size() == 1 + (rows - 1) / 10000);
    CHECK(requests[1].target.find("skip=10000") != std::string::npos);
}

TEST_CASE("a filter asks for fewer rows")
{
    Installation site{with_datasets("{name: licenses_usage, filter: \"serviceCode eq 'crm'\"}")};
    CHECK(site.fetch().status == 0);
    CHECK(site.query("SELECT DISTINCT service_code FROM licenses_usage") == Lines{"crm"});
    auto const target = site.simulator.requests(Endpoint::licenses_usage).front().target;
    CHECK(target.find("filter=serviceCode%20eq%20%27crm%27") != std::string::npos);
}

TEST_CASE("a groupby stores sums under the date that the service is at")
{
    Installation site{with_datasets("{name: licenses_deployment, filter: \"serviceCode eq 'o365'\", "
                                    "groupby: [customerTenantId]}")};
    auto const ended = site.fetch();
    CAPTURE(ended.log);
    CHECK(ended.status == 0);
    auto const date = stored_date_time(site.simulator.market().date("o365", site.simulator.step()));
    CHECK(site.query("SELECT DISTINCT processed_date_time, product_id, service_code, channel "
                     "FROM licenses_deployment") == Lines{date + "|||"});
    std::int64_t sold = 0;
    for (auto const& row : site.simulator.market().deployment_rows(site.simulator.step()))
        if (row.service_code == "o365") sold += row.sold;
    CHECK(site.query("SELECT sum(licenses_sold) FROM licenses_deployment") == Lines{std::to_string(sold)});
}

TEST_CASE("a customer without a relationship does not cost the others theirs, and status names it")
{
    SimulatorOptions options;
    options.market.without_relationship = {1};
    Installation site{with_datasets("customer_licenses_usage"), options};
    auto const dry = site.fetch({"--dry-run"});
    CHECK(dry.output.find(", 1 customer left out") != std::string::npos);
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(ended.output.find(", 1 customer left out") != std::string::npos);
    auto const left_out = site.simulator.market().customers(0).at(1);
    auto const warnings = lines_with(ended.log, "customer_skipped");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find(left_out.id) != std::string::npos);
    auto const status = site.usaged({"status"});
    CHECK(status.status == 0);
    CHECK(status.output.find(left_out.id) != std::string::npos);
    CHECK(status.output.find(left_out.name) != std::string::npos);
    check_history(site, *find_dataset("customer_licenses_usage"), 0);
}

TEST_CASE("the path of a dataset is found out, unless the configuration says it")
{
    SimulatorOptions options;
    options.commercial.paths = CommercialPaths::without_partner;
    Installation site{with_datasets("licenses_usage"), options};
    CHECK(site.fetch().status == 0);
    CHECK(site.simulator.requests(Endpoint::licenses_usage).size() == 2);
    site.configure(with_datasets("{name: licenses_usage, path: /v1/analytics/commercial/usage/license}"));
    CHECK(site.fetch().status == 0);
    CHECK(site.simulator.requests(Endpoint::licenses_usage).size() == 3);
    site.configure(with_datasets("{name: licenses_usage, path: /partner/v1/analytics/commercial/usage/license}"));
    CHECK(site.fetch().status == 69);
    CHECK(site.simulator.requests(Endpoint::licenses_usage).size() == 4);
}

TEST_CASE("a dry run tells of fields that this version does not know")
{
    Installation site{with_datasets("licenses_deployment")};
    site.simulator.serve(
        Endpoint::licenses_deployment,
        {R"({"Value":[{"serviceCode":"o365","serviceName":"Microsoft Office 365","channel":"reseller",)"
         R"("customerTenantId":"0112A436-B14E-4888-967B-CA4BB2CF1234","customerName":"Contoso",)"
         R"("productId":"31D84A2D-6F20-4E4D-B5A0-7E3A9F6C1D11","productName":"OFFICE 365",)"
         R"("licensesDeployed":3,"licensesSold":5,"region":"EMEA",)"
         R"("processedDateTime":"2018-10-14T00:00:00"}],"@nextLink":null,"TotalCount":1})"});
    auto const ended = site.fetch({"--dry-run", "--output", "csv"});
    CHECK(ended.status == 0);
    auto const warnings = lines_with(ended.log, "unknown_field");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings[0].find("region") != std::string::npos);
    CHECK(ended.output.find("0112a436-b14e-4888-967b-ca4bb2cf1234") != std::string::npos);
    CHECK(ended.output.find("EMEA") != std::string::npos);
}

TEST_CASE("a dry run prints the rows of every dataset")
{
    Installation const site{with_datasets(every_dataset)};
    simdjson::dom::parser parser;
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        auto const ended = site.fetch({std::string{dataset.name}, "--dry-run", "--output", "json"});
        CHECK(ended.status == 0);
        simdjson::dom::array const rows = parser.parse(ended.output).get_array();
        CHECK(rows.size() == site.simulator.market().answer(dataset.name, 0).size());
        for (auto const& column : dataset.columns) CHECK(rows.at(0)[column.name].error() == simdjson::SUCCESS);
    }
}

TEST_CASE("a dry run makes no document of several datasets that other programs could not read")
{
    Installation const site{with_datasets(every_dataset)};
    for (auto const* const format : {"csv", "json"}) {
        CAPTURE(format);
        auto const ended = site.fetch({"--dry-run", "--output", format});
        CHECK(ended.status == 64);
        CHECK(ended.output.empty());
    }
    CHECK(site.simulator.requests().empty());
}

TEST_CASE("the heartbeat is asked after a poll, and its path is nowhere to be read")
{
    Installation site;
    std::promise<std::string> received;
    OtherServer const service{[&received](ServerConnection& connection) {
        connection.handshake();
        received.set_value(connection.read_request());
        connection.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK");
    }};
    service.configure(site, {{"heartbeat_url", service.server.url("/capability-of-mine")}});
    auto const ended = site.fetch({"--log-level", "trace"});
    CHECK(ended.status == 0);
    auto const request = received.get_future().get();
    CHECK(request.starts_with("GET /capability-of-mine HTTP/1.1\r\n"));
    CHECK(request.find("Authorization") == std::string::npos);
    CHECK(site.query("SELECT count(*) FROM http_call WHERE url LIKE '%:" + std::to_string(service.server.port()) +
                     "/%'") == Lines{"1"});
    CHECK((ended.log + ended.output + read_file(site.database())).find("capability-of-mine") == std::string::npos);
    CHECK(site.usaged({"check"}).output.find("capability-of-mine") == std::string::npos);
}

TEST_CASE("a heartbeat that is not answered is a warning")
{
    Installation const site{{{"heartbeat_url", "https://127.0.0.1:1/capability-of-mine"}}};
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.log, "heartbeat_failed").size() == 1);
    CHECK(ended.log.find("capability-of-mine") == std::string::npos);
}

TEST_CASE("replay brings back what was there, and a backup holds it")
{
    Installation site{with_datasets(every_dataset)};
    for (int step = 0; step < 3; ++step) {
        REQUIRE(site.fetch().status == 0);
        site.simulator.advance();
    }
    auto const replayed = site.usaged({"replay"});
    CAPTURE(replayed.log);
    CHECK(replayed.status == 0);
    CHECK(lines_with(replayed.output, "licenses_").size() == 6);
    check_history(site, 2);
    auto const copy = site.directory.path() / "copy.db";
    CHECK(site.usaged({"backup", copy.string()}).status == 0);
    for (auto const& dataset : datasets()) {
        auto const all = "SELECT * FROM " + std::string{dataset.name};
        CHECK(sorted(query(copy, all)) == sorted(site.query(all)));
    }
}

TEST_CASE("replay from a poll that is not there is an error, replay of one is not")
{
    Installation const site{with_datasets(every_dataset)};
    REQUIRE(site.fetch().status == 0);
    CHECK(site.usaged({"replay", "--poll", "999"}).status != 0);
    auto const ended = site.usaged({"replay", "--poll", "5"});
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.output, "licenses_usage").size() == 1);
}

TEST_CASE("the daemon polls every dataset, and takes up new ones with a reload")
{
    Installation const site{with_datasets("licenses_usage")};
    Daemon daemon{site};
    daemon.wait_until_idle();
    site.configure(with_datasets(every_dataset));
    daemon.process.signal(SIGHUP);
    daemon.process.wait_for_log("config_reloaded");
    for (int added = 0; added < 5; ++added) daemon.process.wait_for_log("snapshot_committed");
    CHECK(daemon.stop().status == 0);
    check_history(site, 0);
}

} // namespace usaged::test
