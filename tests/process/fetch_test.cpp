#include "tests/process/installation.h"
#include "tests/process/payload.h"

#include <doctest/doctest.h>
#include <simdjson.h>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;

} // namespace

TEST_CASE("fetch stores the documented snapshot and says so in one line")
{
    Installation const site;
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(ended.output == "partner_licenses_usage: ok, 5 rows: 5 inserted, 0 changed, 0 unchanged, "
                          "data of 2017-03-09T00:00:00Z to 2017-03-10T00:00:00Z\n");
    CHECK(site.stored_rows() == Lines{"2017-03-09T00:00:00Z|o365|Exchange|reseller|0",
                                      "2017-03-09T00:00:00Z|o365|SharePoint|reseller|0",
                                      "2017-03-09T00:00:00Z|o365|Skype For Business|reseller|0",
                                      "2017-03-10T00:00:00Z|crm|Microsoft Dynamics CRM|reseller|0",
                                      "2017-03-10T00:00:00Z|crm|SharePoint|reseller|0"});
    CHECK(site.polls() == Lines{"manual|ok|"});
}

TEST_CASE("fetching one snapshot twice writes no row")
{
    Installation const site;
    REQUIRE(site.fetch().status == 0);
    auto const rows = site.query("SELECT * FROM partner_licenses_usage");
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(ended.output.find(": unchanged, 5 rows: 0 inserted, 0 changed, 5 unchanged") != std::string::npos);
    CHECK(site.query("SELECT * FROM partner_licenses_usage") == rows);
    CHECK(site.revisions().empty());
}

TEST_CASE("a restated value replaces the old one, which is kept as a revision")
{
    Installation site;
    site.simulator.serve({body_of({item()})});
    REQUIRE(site.fetch().status == 0);
    site.simulator.serve({body_of({item_with("proratedLicensesUsagePercent", "0.75")})});
    auto const ended = site.fetch();
    CHECK(ended.output.find(": ok, 1 row: 0 inserted, 1 changed, 0 unchanged") != std::string::npos);
    CHECK(site.stored_rows() == Lines{"2017-03-10T00:00:00Z|o365|Exchange|reseller|0.75"});
    CHECK(site.query("SELECT workload_name, prorated_licenses_usage_percent, poll_id, replaced_poll_id "
                     "FROM partner_licenses_usage_revision") == Lines{"Exchange|0.5|1|2"});
}

TEST_CASE("many days of answers leave the history that the service told")
{
    SimulatorOptions options;
    options.dates = 12;
    Installation site{{}, options};
    auto const last = site.simulator.series().size() - 1;
    for (std::size_t step = 0; step <= last; ++step) {
        REQUIRE(site.fetch().status == 0);
        site.simulator.advance();
    }
    CHECK(site.stored_rows() == history_rows(site.simulator, last));
    CHECK(site.revisions().size() == site.simulator.series().revisions(last));
}

TEST_CASE("an empty answer is a degraded poll that keeps the rows")
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    site.simulator.serve({read_file(std::filesystem::path{USAGED_TEST_DATA} / "partner-usage-empty.json")});
    auto const ended = site.fetch();
    CHECK(ended.status == 0);
    CHECK(ended.output.find("partner_licenses_usage: empty, 0 rows") != std::string::npos);
    CHECK(lines_with(ended.log, "poll_degraded").size() == 1);
    CHECK(site.stored_rows().size() == 5);
    CHECK(site.query("SELECT outcome, degraded IS NOT NULL FROM poll WHERE id = 2") == Lines{"empty|1"});
}

TEST_CASE("a dry run checks everything and stores nothing")
{
    Installation site;
    auto const ended = site.fetch({"--dry-run"});
    CHECK(ended.status == 0);
    CHECK(ended.output.find("partner_licenses_usage: dry run, 5 rows") != std::string::npos);
    CHECK_FALSE(std::filesystem::exists(site.database()));
    site.simulator.serve({"{}"});
    CHECK(site.fetch({"--dry-run"}).status == 65);
}

TEST_CASE("a dry run prints the rows as CSV")
{
    Installation const site;
    auto const ended = site.fetch({"--dry-run", "--output", "csv"});
    CHECK(ended.status == 0);
    auto const lines = lines_with(ended.output, ",");
    REQUIRE(lines.size() == 6);
    CHECK(lines[0] == "processed_date_time,service_name,workload_name,channel,prorated_licenses_usage_percent,extra\r");
    CHECK(lines[1] == "2017-03-10T00:00:00Z,crm,Microsoft Dynamics CRM,reseller,0,\r");
}

TEST_CASE("a dry run prints the rows as JSON")
{
    Installation const site;
    auto const ended = site.fetch({"--dry-run", "--output", "json"});
    simdjson::dom::parser parser;
    simdjson::dom::array const rows = parser.parse(ended.output).get_array();
    REQUIRE(rows.size() == 5);
    CHECK(std::string_view{rows.at(2)["workload_name"]} == "Exchange");
    CHECK(double{rows.at(2)["prorated_licenses_usage_percent"]} == 0);
    CHECK(rows.at(2)["extra"].is_null());
}

TEST_CASE("a dry run prints the rows as a table")
{
    Installation const site;
    auto const ended = site.fetch({"--dry-run", "--output", "table"});
    auto const lines = lines_with(ended.output, "  ");
    REQUIRE(lines.size() == 6);
    auto const column = lines[0].find("workload_name");
    for (std::size_t i = 1; i < lines.size(); ++i) CHECK(lines[i][column - 1] == ' ');
    CHECK(lines[3].substr(column, 8) == "Exchange");
}

TEST_CASE("fetch refuses a dataset that is not configured")
{
    Installation const site;
    auto const ended = site.fetch({"no_such_dataset"});
    CHECK(ended.status == 64);
    CHECK(ended.log.find("no_such_dataset") != std::string::npos);
    CHECK(site.simulator.requests().empty());
}

TEST_CASE("fetch ends with the number of the signal that cut it short, and keeps no part of the snapshot")
{
    Installation site;
    site.simulator.script(Endpoint::usage, no_answer(Ending::stall));
    auto process = site.start({"fetch"});
    site.simulator.wait_for_requests(Endpoint::usage, 1);
    process.signal(2);
    CHECK(process.wait().status == 130);
    CHECK(site.stored_rows().empty());
    CHECK(site.polls() == Lines{"manual|failed|stopped"});
}

} // namespace usaged::test
