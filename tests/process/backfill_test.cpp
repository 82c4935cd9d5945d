#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <csignal>

namespace usaged::test {
namespace {

using Lines = std::vector<std::string>;
using std::chrono::days;

std::string const usage_only = "[licenses_usage]";

std::string text_of(std::chrono::sys_days date)
{
    return stored_date_time(date).substr(0, 10);
}

/// A service that is some days on and keeps the last three of them.
Installation installation_with_history(std::string const& datasets)
{
    SimulatorOptions options;
    options.commercial.days_kept = 3;
    return Installation{{{"datasets", datasets}, {"retry.attempts", "2"}, {"retry.initial", "1ms"}}, options};
}

/// A site whose service has moved on for some days.
struct Past {
    explicit Past(std::string const& datasets = usage_only) : site{installation_with_history(datasets)}
    {
        site.simulator.advance(20);
        auto const& market = site.simulator.market();
        auto const step = site.simulator.step();
        newest = std::max(market.date("o365", step), market.date("crm", step));
    }

    Installation site;
    std::chrono::sys_days newest;

    Ended backfill(std::chrono::sys_days from, std::chrono::sys_days to, Lines const& more = {}) const
    {
        Lines arguments{"backfill", "--from", text_of(from), "--to", text_of(to)};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return site.usaged(arguments);
    }

    Lines dates() const
    {
        return site.query("SELECT DISTINCT substr(processed_date_time, 1, 10) FROM licenses_usage ORDER BY 1");
    }
};

/// A page with one row of each of these dates.
std::string page_of(Lines const& dates)
{
    std::string rows;
    for (auto const& date : dates)
        rows += std::string{rows.empty() ? "" : ","} +
                R"({"workloadCode":"EXO","workloadName":"Exchange","serviceCode":"o365",)"
                R"("serviceName":"Microsoft Office 365","channel":"reseller",)"
                R"("customerTenantId":"0112A436-B14E-4888-967B-CA4BB2CF1234","customerName":"Contoso",)"
                R"("productId":"31D84A2D-6F20-4E4D-B5A0-7E3A9F6C1D11","productName":"OFFICE 365",)"
                R"("licenseActive":3,"licensesQualified":5,"processedDateTime":")" +
                date + R"(T00:00:00"})";
    return R"({"Value":[)" + rows + R"(],"@nextLink":null,"TotalCount":)" + std::to_string(dates.size()) + "}";
}

Fault refusal()
{
    return answer(400, {}, R"({"code":"2000","description":"x"})");
}

} // namespace

TEST_CASE("backfill stores each date that the server still serves, and says which it does not")
{
    Past const past;
    auto const ended = past.backfill(past.newest - days{3}, past.newest);
    CHECK(ended.status == 0);
    auto const lines = lines_with(ended.output, "");
    REQUIRE(lines.size() == 5);
    for (int i = 0; i < 3; ++i) {
        CAPTURE(i);
        auto const& line = lines[static_cast<std::size_t>(i)];
        CHECK(line.starts_with("licenses_usage " + text_of(past.newest - days{i}) + ": ok, "));
    }
    CHECK(lines[3] == "licenses_usage " + text_of(past.newest - days{3}) + ": not served (no rows)");
    CHECK(lines[4].starts_with("backfill: 3 dates served, 1 not served, 0 failed; rows: "));
    CHECK(past.dates() == Lines{text_of(past.newest - days{2}), text_of(past.newest - days{1}), text_of(past.newest)});
    CHECK(past.site.query(R"(SELECT DISTINCT "trigger" FROM poll)") == Lines{"backfill"});
    CHECK(lines_with(ended.log, "poll_degraded").empty());
}

TEST_CASE("a backfilled date is that of the service, row by row")
{
    Past const past;
    REQUIRE(past.backfill(past.newest, past.newest).status == 0);
    auto const rows = past.site.simulator.market().usage_rows(past.site.simulator.step(), {past.newest, {}});
    REQUIRE_FALSE(rows.empty());
    Lines expected;
    for (auto const& row : rows)
        expected.push_back(row.customer_id + '|' + row.product_id + '|' + row.workload_code + '|' +
                           std::to_string(row.active) + '|' + std::to_string(row.qualified));
    std::ranges::sort(expected);
    auto stored = past.site.query("SELECT customer_tenant_id, product_id, workload_code, licenses_active, "
                                  "licenses_qualified FROM licenses_usage");
    std::ranges::sort(stored);
    CHECK(stored == expected);
}

TEST_CASE("a date that is there already is left as it is")
{
    Past const past;
    REQUIRE(past.backfill(past.newest, past.newest).status == 0);
    auto const again = past.backfill(past.newest, past.newest);
    CHECK(again.status == 0);
    CHECK(again.output.find(": unchanged, ") != std::string::npos);
    CHECK(again.output.find("rows: 0 inserted, 0 changed, ") != std::string::npos);
    CHECK(past.site.query("SELECT count(*) FROM licenses_usage_revision") == Lines{"0"});
}

TEST_CASE("rows of another date than was asked for are stored under their own")
{
    Past past;
    past.site.simulator.serve(Endpoint::licenses_usage, {page_of({"2018-10-14"})});
    auto const ended = past.backfill(past.newest, past.newest);
    CHECK(ended.status == 0);
    CHECK(ended.output.starts_with("licenses_usage " + text_of(past.newest) +
                                   ": not served (the server answers with data of 2018-10-14)\n"));
    CHECK(past.dates() == Lines{"2018-10-14"});
}

TEST_CASE("a date is served only if all rows are of it")
{
    Past past;
    past.site.simulator.serve(Endpoint::licenses_usage,
                              {page_of({text_of(past.newest), text_of(past.newest + days{1})})});
    auto const ended = past.backfill(past.newest, past.newest);
    CHECK(ended.status == 0);
    CHECK(ended.output.starts_with("licenses_usage " + text_of(past.newest) +
                                   ": not served (the server answers with data of " + text_of(past.newest) + " to " +
                                   text_of(past.newest + days{1}) + ")\n"));
}

TEST_CASE("a refusal is about its date where another date is answered, before it or after it")
{
    for (bool const newest_refused : {true, false}) {
        CAPTURE(newest_refused);
        Past past;
        if (!newest_refused) past.site.simulator.script(Endpoint::licenses_usage, regular());
        past.site.simulator.script(Endpoint::licenses_usage, refusal());
        auto const ended = past.backfill(past.newest - days{1}, past.newest);
        CHECK(ended.status == 0);
        CHECK(lines_with(ended.log, "poll_failed").empty());
        auto const refused = lines_with(ended.output, "not served (");
        REQUIRE(refused.size() == 1);
        CHECK(refused[0].find("400") != std::string::npos);
        auto const expected = text_of(newest_refused ? past.newest : past.newest - days{1});
        CHECK(refused[0].starts_with("licenses_usage " + expected + ": "));
        CHECK(past.dates() == Lines{text_of(newest_refused ? past.newest - days{1} : past.newest)});
    }
}

TEST_CASE("refusals without an answer to any date are failures, and soon end the dataset")
{
    Past past;
    past.site.simulator.script(Endpoint::licenses_usage, refusal(), 9);
    auto const ended = past.backfill(past.newest - days{5}, past.newest);
    CHECK(ended.status == 69);
    CHECK(lines_with(ended.log, "poll_failed").size() == 3);
    CHECK(past.site.simulator.requests(Endpoint::licenses_usage).size() == 3);
    CHECK(ended.output.starts_with("licenses_usage: the last 3 dates failed, so no older one is asked for\n"
                                   "backfill: 0 dates served, 0 not served, 3 failed, 3 not asked for; "));
}

TEST_CASE("a path that is not there is no refusal of a date")
{
    Past past;
    past.site.simulator.script(Endpoint::licenses_usage, regular());
    past.site.simulator.script(Endpoint::licenses_usage, answer(404, {}, R"({"statusCode":404,"message":"x"})"), 2);
    auto const ended = past.backfill(past.newest - days{1}, past.newest);
    CHECK(ended.status == 69);
    CHECK(ended.output.find("backfill: 1 date served, 0 not served, 1 failed; rows: ") != std::string::npos);
}

TEST_CASE("a date that fails for the moment is told in the log and at the end, and costs the others nothing")
{
    Past past;
    past.site.simulator.script(Endpoint::licenses_usage, answer(503), 2);
    auto const ended = past.backfill(past.newest - days{1}, past.newest);
    CHECK(ended.status == 69);
    CHECK(past.dates() == Lines{text_of(past.newest - days{1})});
    auto const failed = lines_with(ended.log, "poll_failed");
    REQUIRE(failed.size() == 1);
    CHECK(failed[0].find("date=" + text_of(past.newest)) != std::string::npos);
    CHECK(ended.output.find("backfill: 1 date served, 0 not served, 1 failed; rows: ") != std::string::npos);
}

TEST_CASE("an outage is not asked through")
{
    Past past;
    past.site.simulator.script(Endpoint::licenses_usage, answer(503), 99);
    auto const ended = past.backfill(past.newest - days{8}, past.newest);
    CHECK(ended.status == 69);
    CHECK(past.site.simulator.requests(Endpoint::licenses_usage).size() == 6);
    CHECK(ended.output.find("backfill: 0 dates served, 0 not served, 3 failed, 6 not asked for; ") !=
          std::string::npos);
}

TEST_CASE("what is in store for every date ends a backfill")
{
    Past past;
    past.site.simulator.revoke_refresh_tokens();
    auto const ended = past.backfill(past.newest - days{5}, past.newest);
    CHECK(ended.status == 77);
    CHECK(lines_with(ended.log, "poll_failed").size() == 1);
    CHECK(ended.output.starts_with("backfill: 0 dates served, 0 not served, 1 failed, 5 not asked for; "));
    CHECK(past.site.simulator.requests(Endpoint::licenses_usage).empty());
}

TEST_CASE("only datasets that are served by date are backfilled")
{
    Past const past{"[partner_licenses_usage, licenses_deployment]"};
    auto const ended = past.backfill(past.newest, past.newest);
    CHECK(ended.status == 0);
    CHECK(lines_with(ended.output, "licenses_deployment 20").size() == 1);
    CHECK(lines_with(ended.output, "partner_licenses_usage").empty());
    for (auto const* const name : {"partner_licenses_usage", "licenses_usage", "nonsense"}) {
        CAPTURE(name);
        auto const refused = past.backfill(past.newest, past.newest, {name});
        CHECK(refused.status == 64);
        CHECK(refused.log.find(name) != std::string::npos);
    }
    past.site.configure({{"datasets", "[partner_licenses_usage]"}});
    CHECK(past.backfill(past.newest, past.newest).status == 64);
}

TEST_CASE("a backfill ends with the signal that stops it, between whole dates")
{
    Past past;
    past.site.simulator.script(Endpoint::licenses_usage, no_answer(Ending::stall));
    auto process =
        past.site.start({"backfill", "--from", text_of(past.newest - days{1}), "--to", text_of(past.newest)});
    past.site.simulator.wait_for_requests(Endpoint::licenses_usage, 1);
    process.signal(SIGTERM);
    auto const ended = process.wait();
    CHECK(ended.status == 128 + SIGTERM);
    CHECK(ended.output.starts_with("backfill: 0 dates served, 0 not served, 0 failed, 1 cut short, 1 not asked for; "));
    CHECK(past.dates().empty());
    CHECK(past.site.polls() == Lines{"backfill|failed|stopped"});
}

} // namespace usaged::test
