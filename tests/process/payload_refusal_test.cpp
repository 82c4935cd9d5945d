#include "tests/process/installation.h"
#include "tests/process/payload.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

struct BadBody {
    std::string body;
    std::string complaint; ///< with the JSON path, if there is one
};

/// Each is refused with EX_DATAERR and a line that says why, and changes no row.
void check_refusals(std::vector<BadBody> const& cases)
{
    Installation site;
    REQUIRE(site.fetch().status == 0);
    auto const rows = site.stored_rows();
    for (auto const& bad : cases) {
        CAPTURE(bad.body.substr(0, 300));
        site.simulator.serve({bad.body});
        auto const ended = site.fetch();
        CHECK(ended.status == 65);
        CHECK(ended.output.empty());
        auto const lines = lines_with(ended.log, " error ");
        REQUIRE(lines.size() == 1);
        CAPTURE(lines.front());
        CHECK(lines.front().find("poll_failed") != std::string::npos);
        CHECK(lines.front().find("category=data") != std::string::npos);
        CHECK(lines.front().find(bad.complaint) != std::string::npos);
        CHECK(site.stored_rows() == rows);
        CHECK(site.revisions().empty());
    }
}

/// Bodies whose second item is this one.
std::vector<BadBody> bad_items(std::string const& field, std::vector<std::string> const& values)
{
    std::vector<BadBody> cases;
    for (auto const& value : values)
        cases.push_back({body_of({item("Good"), item_with(field, value)}), "items[1]." + field});
    return cases;
}

std::string with_field(std::string const& json)
{
    auto changed = item();
    changed["future"] = json;
    return body_of({changed});
}

std::string name_of(std::string const& bytes)
{
    return body_of({item_with("workloadName", '"' + bytes + '"')});
}

} // namespace

TEST_CASE("a body that is no JSON document is refused")
{
    auto const good = body_of({item()});
    check_refusals({
        {"", "the body is empty"},
        {"\xEF\xBB\xBF", "the body is empty"},
        {" \r\n", "JSON"},
        {"<!DOCTYPE html><html><body>Sign in</body></html>", "HTML"},
        {good.substr(0, good.size() - 1), "JSON"},
        {good + "x", "JSON"},
        {good + good, "JSON"},
        {good + '\0', "JSON"},
        {with_field("tru"), "JSON"},
        {with_field("[1,]"), "JSON"},
        {with_field("{'a':1}"), "JSON"},
        {with_field(std::string(100'000, '[') + std::string(100'000, ']')), "JSON"},
        {with_field(std::string(100'000, '[')), "JSON"},
    });
}

TEST_CASE("a number that JSON does not have or a double cannot hold is refused")
{
    std::vector<BadBody> cases;
    for (auto const* number : {"NaN", "Infinity", "-Infinity", "1e400", "-1e400", "1e999999999",
                               "1e99999999999999999999", ".5", "1.", "01", "+1", "0x1", "1e", "1,5"})
        cases.push_back({body_of({item_with("proratedLicensesUsagePercent", number)}), "JSON"});
    cases.push_back({with_field("1e400"), "JSON"});
    check_refusals(cases);
}

TEST_CASE("text that is no Unicode is refused")
{
    check_refusals({
        {name_of("a\xFFz"), "JSON"},
        {name_of("\xC0\xAF"), "JSON"},
        {name_of("\xED\xA0\x80"), "JSON"},
        {name_of("\xF5\x80\x80\x80"), "JSON"},
        {name_of("cut \xE2\x82"), "JSON"},
        {name_of("a\x01z"), "JSON"},
        {name_of("a\nz"), "JSON"},
        {name_of("\\ud800"), "JSON"},
        {name_of("\\ud83d!"), "JSON"},
        {name_of("\\udc00"), "JSON"},
        {name_of("\\x41"), "JSON"},
    });
}

TEST_CASE("an answer of another shape is refused")
{
    auto const items = to_json(std::vector{item()});
    check_refusals({
        {"null", "not an object"},
        {items, "not an object"},
        {R"("text")", "not an object"},
        {"{}", "items is missing"},
        {R"({"totalCount":0})", "items is missing"},
        {body_of("null", "0"), "items is not an array"},
        {body_of("{}", "0"), "items is not an array"},
        {R"({"items":)" + items + '}', "totalCount is missing"},
        {body_of(items, "null"), "totalCount is not an integer"},
        {body_of(items, R"("1")"), "totalCount is not an integer"},
        {body_of(items, "1.0"), "totalCount is not an integer"},
        {body_of(items, "2"), "totalCount differs"},
        {body_of(items, "0"), "totalCount differs"},
        {body_of(items, "-1"), "totalCount differs"},
        {body_of("[]", "1"), "totalCount differs"},
        {body_of(items, R"(1,"totalCount":1)"), "totalCount is repeated"},
        {body_of(items + R"(,"items":)" + items, "1"), "items is repeated"},
        {R"({"Items":)" + items + R"(,"TotalCount":1})", "items is missing"},
    });
}

TEST_CASE("a row without a name, a channel or a date is refused")
{
    std::vector<BadBody> cases;
    auto const too_long = '"' + std::string(4097, 'x') + '"';
    for (auto const* field : {"workloadName", "serviceName", "channel", "processedDateTime"})
        for (auto const& bad :
             bad_items(field, {"", "null", "7", "true", R"(["o365"])", R"({"name":"o365"})", R"("")", too_long}))
            cases.push_back(bad);
    for (auto const& bad : bad_items("workloadName", {R"("a\u0000b")", R"("\u0000")"})) cases.push_back(bad);
    check_refusals(cases);
}

TEST_CASE("a percentage that is none is refused")
{
    check_refusals(bad_items("proratedLicensesUsagePercent",
                             {"", "null", R"("0.5")", "true", "[0.5]", "{}", "-0.5", "-1", "-1e-300"}));
}

TEST_CASE("a date that does not exist is refused, never normalised")
{
    std::vector<std::string> dates;
    for (auto const* date :
         {"2017-02-30T00:00:00Z", "2017-02-29T00:00:00Z", "2017-13-01T00:00:00Z", "2017-00-10T00:00:00Z",
          "2017-03-00T00:00:00Z", "2017-03-10T25:00:00Z", "2017-03-10T00:60:00Z", "2017-03-10T00:00:00+25:00",
          "2017-03-10T00:00:00+00:60", "2017-03-10T00:00:00Z tomorrow", "2017-03-10T00:00:00Z ",
          " 2017-03-10T00:00:00Z", "2017-03-10T00:00:00.Z", "yesterday", "1489104000", "-2017-03-10T00:00:00Z"})
        dates.push_back('"' + std::string{date} + '"');
    check_refusals(bad_items("processedDateTime", dates));
}

TEST_CASE("an item that is no object or repeats a field is refused")
{
    auto const good = to_json(item());
    auto const repeated = R"({"channel":"reseller",)" + good.substr(1);
    check_refusals({
        {body_of('[' + good + ",null]", "2"), "items[1] is not an object"},
        {body_of('[' + good + ",[]]", "2"), "items[1] is not an object"},
        {body_of('[' + good + R"(,"x"])", "2"), "items[1] is not an object"},
        {body_of('[' + to_json(item("Good")) + ',' + repeated + ']', "2"), "items[1].channel is repeated"},
    });
}

TEST_CASE("two different values of one key are refused")
{
    auto same_instant = item_with("processedDateTime", R"("2017-03-10T01:00:00+01:00")");
    same_instant["proratedLicensesUsagePercent"] = "0.25";
    check_refusals({
        {body_of({item(), item("Teams"), item_with("proratedLicensesUsagePercent", "0.75")}), "items[2]"},
        {body_of({item(), same_instant}), "items[1]"},
    });
}

} // namespace usaged::test
