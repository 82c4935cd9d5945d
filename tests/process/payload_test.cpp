#include "tests/process/installation.h"
#include "tests/process/payload.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>

namespace usaged::test {
namespace {

/// An installation whose first fetch, of that body, went well.
struct Fetched {
    explicit Fetched(std::string const& body, std::map<std::string, std::string> const& overrides = {})
        : site{overrides}
    {
        site.simulator.serve({body});
        ended = site.fetch();
        CAPTURE(ended.log);
        REQUIRE(ended.status == 0);
    }

    Installation site;
    Ended ended;
};

std::vector<std::string> sorted(std::vector<std::string> texts)
{
    std::sort(texts.begin(), texts.end());
    return texts;
}

} // namespace

TEST_CASE("a body with a byte order mark and one without are the same")
{
    Fetched fetched{"\xEF\xBB\xBF" + body_of({item()})};
    CHECK(fetched.site.stored_rows().size() == 1);
    fetched.site.simulator.serve({body_of({item()})});
    CHECK(fetched.site.fetch().output.find(": unchanged, ") != std::string::npos);
}

TEST_CASE("a percentage over 100 is stored as sent, with a warning")
{
    Fetched const fetched{body_of({item_with("proratedLicensesUsagePercent", "137.25")})};
    CHECK(fetched.site.query("SELECT prorated_licenses_usage_percent FROM partner_licenses_usage") ==
          std::vector<std::string>{"137.25"});
    CHECK(lines_with(fetched.ended.log, "percent_over_100").size() == 1);
}

TEST_CASE("one instant in every form is one key")
{
    std::vector<Item> items;
    for (auto const* date :
         {"2017-03-10T00:00:00Z", "2017-03-10T00:00:00+00:00", "2017-03-10T00:00:00", "2017-03-10T02:00:00+02:00",
          "2017-03-09T18:30:00-05:30", "2017-03-10T00:00:00.000Z", "2017-03-10T00:00:00.0000000"})
        items.push_back(item_with("processedDateTime", '"' + std::string{date} + '"'));
    Fetched const fetched{body_of(items)};
    CHECK(fetched.site.stored_rows() == std::vector<std::string>{"2017-03-10T00:00:00Z|o365|Exchange|reseller|0.5"});
}

TEST_CASE("a fraction of a second is kept")
{
    Fetched const fetched{body_of({item_with("processedDateTime", R"("2017-03-10T03:25:16.3612345+01:00")")})};
    CHECK(fetched.site.query("SELECT processed_date_time FROM partner_licenses_usage") ==
          std::vector<std::string>{"2017-03-10T02:25:16.3612345Z"});
}

TEST_CASE("a row that is sent twice is stored once, with a warning")
{
    Fetched const fetched{body_of({item(), item("Teams"), item()})};
    CHECK(fetched.site.stored_rows().size() == 2);
    CHECK(lines_with(fetched.ended.log, "repeated_rows").size() == 1);
}

TEST_CASE("fields of an item that are unknown are kept, those around the items are ignored")
{
    auto known = item();
    known["futureField"] = R"({"a":[1,"x"]})";
    auto body = body_of({known});
    body.insert(1, R"("future":{"items":[{}]},)");
    Fetched const fetched{body};
    CHECK(fetched.site.query("SELECT extra FROM partner_licenses_usage") ==
          std::vector<std::string>{R"({"futureField":{"a":[1,"x"]}})"});
    auto const warnings = lines_with(fetched.ended.log, "unknown_field");
    REQUIRE(warnings.size() == 1);
    CHECK(warnings.front().find("futureField") != std::string::npos);
}

TEST_CASE("any text in a name is stored byte for byte")
{
    std::vector<std::string> const names{
        "\"double\" 'single' `back`",
        R"(back\slash)",
        "<script>alert(1)</script> &amp;",
        "'); DROP TABLE partner_licenses_usage; --",
        "two\nlines\r\n\tand a tab \x01",
        " blanks ",
        "EXCHANGE",
        "exchange",
        "\xC3\xA9",
        "e\xCC\x81",
        "\xE4\xBA\xA4\xE6\x8D\xA2 \xD8\xA8\xD8\xB1\xD9\x8A\xD8\xAF \xF0\x9F\x93\xA8",
        "\xE2\x80\xAE reversed",
        "$(reboot) %s %n {} ${HOME}",
        std::string(4096, 'x'),
    };
    std::vector<Item> items;
    for (auto const& name : names) items.push_back(item(name));
    Fetched const fetched{body_of(items)};
    CHECK(fetched.site.query("SELECT workload_name FROM partner_licenses_usage ORDER BY 1") == sorted(names));
}

TEST_CASE("numbers are stored as the nearest double")
{
    std::vector<std::string> const numbers{"0",
                                           "0.1",
                                           "0.30000000000000004",
                                           "33.333333333333336",
                                           "100",
                                           "5e-324",
                                           "2.2250738585072014e-308",
                                           "1.7976931348623157e+308",
                                           "9007199254740993",
                                           "0.1000000000000000055511151231257827",
                                           "99.99999999999999",
                                           "1E2"};
    std::vector<Item> items;
    for (auto const& number : numbers) {
        items.push_back(item(number));
        items.back()["proratedLicensesUsagePercent"] = number;
    }
    Fetched const fetched{body_of(items)};
    for (auto const& number : numbers) {
        CAPTURE(number);
        auto const stored = fetched.site.query("SELECT prorated_licenses_usage_percent FROM partner_licenses_usage "
                                               "WHERE workload_name = '" +
                                               number + "'");
        REQUIRE(stored.size() == 1);
        CHECK(std::strtod(stored.front().c_str(), nullptr) == std::strtod(number.c_str(), nullptr));
    }
}

TEST_CASE("with on_bad_row: quarantine the good rows are stored and the bad ones counted")
{
    Fetched const fetched{body_of({item("Good"), item_with("channel", "null"), item_with("serviceName", "1")}),
                          {{"guards.on_bad_row", "quarantine"}}};
    CHECK(fetched.site.query("SELECT workload_name FROM partner_licenses_usage") == std::vector<std::string>{"Good"});
    auto const commits = lines_with(fetched.ended.log, "snapshot_committed");
    REQUIRE(commits.size() == 1);
    CHECK(commits.front().find("bad_rows=2") != std::string::npos);
    auto const warnings = lines_with(fetched.ended.log, "items[1].channel");
    CHECK_FALSE(warnings.empty());
}

TEST_CASE("with total_count: warn a differing count is a warning")
{
    Fetched const fetched{body_of(to_json(std::vector{item()}), "2"), {{"guards.total_count", "warn"}}};
    CHECK(fetched.site.stored_rows().size() == 1);
    CHECK(lines_with(fetched.ended.log, "count_mismatch").size() == 1);
}

TEST_CASE("the pages of a snapshot are stored together, or not at all")
{
    Installation site;
    auto const rows = many_usage_rows(25, std::chrono::sys_days{std::chrono::year{2017} / 4 / 1});
    auto pages = usage_pages(rows, 10);
    site.simulator.serve({pages[0], pages[1], "{}"});
    CHECK(site.fetch().status == 65);
    CHECK(site.stored_rows().empty());
    site.simulator.serve(pages);
    CHECK(site.fetch().status == 0);
    CHECK(site.stored_rows().size() == 25);
}

} // namespace usaged::test
