#include "daemon/fault/error.h"
#include "tests/daemon/dataset/page_text.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("a row is handed over in the order of the dataset's columns, whatever the order of its fields")
{
    CHECK(decode(page({good_row()})).rows == Rows{"2017-03-09T00:00:00Z|o365|Exchange|reseller|0.5|"});
    std::string const reversed = R"({"channel":"direct","serviceName":"crm","processedDateTime":"2017-03-10",)"
                                 R"("workloadName":"SharePoint","proratedLicensesUsagePercent":1})";
    CHECK(decode(page({good_row(), reversed, good_row(), reversed})).rows ==
          Rows{"2017-03-09T00:00:00Z|o365|Exchange|reseller|0.5|", "2017-03-10T00:00:00Z|crm|SharePoint|direct|1|",
               "2017-03-09T00:00:00Z|o365|Exchange|reseller|0.5|", "2017-03-10T00:00:00Z|crm|SharePoint|direct|1|"});
}

TEST_CASE("a text is kept byte for byte")
{
    struct Case {
        std::string_view sent; ///< as JSON
        std::string_view kept;
    };
    static constexpr Case cases[] = {
        {R"("quo\"te")", "quo\"te"},
        {R"("a'; DROP TABLE poll; --")", "a'; DROP TABLE poll; --"},
        {R"("<b>&amp;</b>")", "<b>&amp;</b>"},
        {R"("two\r\nlines\t")", "two\r\nlines\t"},
        {R"("back\\slash\/")", "back\\slash/"},
        {R"("\u00e9")", "é"},
        {R"("e\u0301")", "e\xCC\x81"},
        {R"("\ud83d\ude00")", "😀"},
        {R"("日本語 עברית")", "日本語 עברית"},
        {R"("  spaces  ")", "  spaces  "},
        {R"("EXCHANGE")", "EXCHANGE"},
        {R"("\u0001\u001f\u007f")", "\x01\x1f\x7f"},
        {R"("\ufeff")", "\xEF\xBB\xBF"},
        {R"("\uffff")", "\xEF\xBF\xBF"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.sent);
        CHECK(decode(page({row_with("workloadName", each.sent)})).rows ==
              Rows{"2017-03-09T00:00:00Z|o365|" + std::string{each.kept} + "|reseller|0.5|"});
    }
    std::string const longest(4096, 'x');
    CHECK(decode(page({row_with("workloadName", '"' + longest + '"')})).rows.front().find(longest) !=
          std::string::npos);
}

TEST_CASE("a number is kept as the nearest double")
{
    struct Case {
        std::string_view sent;
        std::string_view kept;
    };
    static constexpr Case cases[] = {
        {"0", "0"},
        {"0.0", "0"},
        {"-0.0", "-0"},
        {"1", "1"},
        {"0.1", "0.1"},
        {"5e-324", "5e-324"},
        {"1e-400", "0"},
        {"1E2", "100"},
        {"100.0", "100"},
        {"100.5", "100.5"},
        {"1.7976931348623157e308", "1.7976931348623157e+308"},
        {"0.734375", "0.734375"},
        {"0.1000000000000000055511151231257827", "0.1"},
        {"9007199254740993", "9007199254740992"},
        {"18446744073709551615", "18446744073709551616"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.sent);
        CHECK(decode(page({row_with("proratedLicensesUsagePercent", each.sent)})).rows ==
              Rows{"2017-03-09T00:00:00Z|o365|Exchange|reseller|" + std::string{each.kept} + "|"});
    }
}

TEST_CASE("a percentage over 100 is stored as sent and counted")
{
    auto const decoded = decode(
        page({row_with("proratedLicensesUsagePercent", "100"), row_with("proratedLicensesUsagePercent", "100.0001"),
              row_with("proratedLicensesUsagePercent", "1e6")}));
    CHECK(decoded.rows.back() == "2017-03-09T00:00:00Z|o365|Exchange|reseller|1e+06|");
    CHECK(decoded.summary.over_hundred == 2);
}

TEST_CASE("a bad row refuses the page with its place, its field and the reason, never with its value")
{
    struct Case {
        std::string_view field;
        std::string_view value; ///< as JSON; empty: left out
        std::string_view reason;
    };
    static std::string const too_long = '"' + std::string(4097, 'x') + '"';
    static Case const cases[] = {
        {"workloadName", "", "is missing"},
        {"serviceName", "null", "is null"},
        {"channel", "\"\"", "is empty"},
        {"workloadName", "47114711", "is not a text"},
        {"workloadName", "[47114711]", "is not a text"},
        {"workloadName", R"({"a":47114711})", "is not a text"},
        {"workloadName", "true", "is not a text"},
        {"workloadName", too_long, "is longer than 4096 bytes"},
        {"workloadName", R"("4711\u00004711")", "contains U+0000"},
        {"processedDateTime", "", "is missing"},
        {"processedDateTime", "null", "is null"},
        {"processedDateTime", "1489104000", "is not a text"},
        {"processedDateTime", "\"\"", "is empty"},
        {"processedDateTime", "\"2026-02-30T00:00:00Z\"", "is not a date and time that exists"},
        {"processedDateTime", "\"0001-01-01T00:00:00\"", "is not a date and time that exists"},
        {"processedDateTime", "\"2017-03-10T00:00:00Z 4711\"", "is not a date and time that exists"},
        {"proratedLicensesUsagePercent", "", "is missing"},
        {"proratedLicensesUsagePercent", "null", "is null"},
        {"proratedLicensesUsagePercent", "\"4711\"", "is not a number"},
        {"proratedLicensesUsagePercent", "true", "is not a number"},
        {"proratedLicensesUsagePercent", "-4711", "is negative"},
        {"proratedLicensesUsagePercent", "-5e-324", "is negative"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.field);
        CAPTURE(each.value);
        CHECK(refusal(page({good_row(), row_with(each.field, each.value), good_row()})) ==
              "items[1]." + std::string{each.field} + " " + std::string{each.reason});
    }
}

TEST_CASE("an item that is not an object refuses the page")
{
    for (std::string const item : {"null", "1", "\"row\"", "[]", "[{}]", "true"}) {
        CAPTURE(item);
        CHECK(refusal(page({good_row(), item})) == "items[1] is not an object");
    }
    CHECK(refusal(page({"{}"})) == "items[0].processedDateTime is missing");
}

TEST_CASE("a known field that is repeated refuses the page, quarantine or not")
{
    for (bool const quarantine : {false, true}) {
        for (std::string const again : {R"("channel":"reseller")", R"("channel":null)", R"("ch\u0061nnel":"direct")"}) {
            CAPTURE(again);
            CHECK(refusal(page({row_and(again)}), {quarantine, false}) == "items[0].channel is repeated");
        }
    }
}

TEST_CASE("bad rows in quarantine are left out and counted, the good ones handed over")
{
    DecodeRules const rules{true, false};
    auto const decoded = decode(page({good_row(), "null", row_with("channel", "null"), good_row(), "{}"}), rules);
    CHECK(decoded.rows.size() == 2);
    CHECK(decoded.summary.items == 5);
    CHECK(decoded.summary.bad_rows == 3);
    CHECK(decoded.summary.first_bad == "items[1] is not an object");
}

TEST_CASE("a bad row counts for nothing else than bad rows")
{
    auto const bad = R"({"proratedLicensesUsagePercent":200,"workloadName":"x","processedDateTime":"2030-01-01",)"
                     R"("serviceName":"x","channel":null,"new":1})";
    auto const decoded = decode(page({bad, good_row()}), {true, false});
    CHECK(decoded.summary.over_hundred == 0);
    CHECK(decoded.summary.unknown_fields.empty());
    CHECK(decoded.summary.data_to == "2017-03-09T00:00:00Z");
    CHECK(decoded.rows == Rows{"2017-03-09T00:00:00Z|o365|Exchange|reseller|0.5|"});
}

TEST_CASE("unknown fields of a row are kept in extra, sorted by name, and reported once each")
{
    auto const decoded = decode(page({
        row_and(
            R"("zeta":1,"Alpha":"two","attributes":{"objectType":"x"},"mid":{ "b" : [1, null, true, 0.25], "a":{} })"),
        row_and(R"("mid":null,"zeta":"\u00e9\n\"\\")"),
        good_row(),
    }));
    static std::string const row = "2017-03-09T00:00:00Z|o365|Exchange|reseller|0.5|";
    CHECK(decoded.rows == Rows{row + R"({"Alpha":"two","mid":{"b":[1,null,true,0.25],"a":{}},"zeta":1})",
                               row + R"({"mid":null,"zeta":"é\n\"\\"})", row});
    CHECK(decoded.summary.unknown_fields == std::vector<std::string>{"Alpha", "mid", "zeta"});
}

TEST_CASE("the same unknown fields in another order are the same extra")
{
    auto const decoded = decode(page({row_and(R"("a":1,"b":2)"), row_and(R"("b":2,"a":1)")}));
    CHECK(decoded.rows.front() == decoded.rows.back());
}

TEST_CASE("the names of unknown fields are escaped in extra")
{
    auto const decoded = decode(page({row_and(R"("a\"b\\c\u0001\u0000":1,"":2)")}));
    CHECK(decoded.rows.front().ends_with(R"(|{"":2,"a\"b\\c\u0001\u0000":1})"));
}

TEST_CASE("fields of another case than the documented one are unknown")
{
    CHECK(refusal(page({row_with("channel", "").replace(0, 1, R"({"Channel":"reseller",)")})) ==
          "items[0].channel is missing");
}

TEST_CASE("a row of very many unknown fields is kept whole")
{
    std::string members = R"("f0":0)";
    for (int i = 1; i < 1000; ++i) members += ",\"f" + std::to_string(i) + "\":" + std::to_string(i);
    auto const decoded = decode(page({row_and(members), good_row(), row_and(members)}));
    CHECK(decoded.rows.size() == 3);
    CHECK(decoded.rows[0] == decoded.rows[2]);
    CHECK(decoded.rows[0].find(R"("f999":999)") != std::string::npos);
    CHECK(decoded.summary.unknown_fields.size() == 100);
}

TEST_CASE("more dates than are remembered at once are all stored right")
{
    std::vector<std::string> rows;
    Rows expected;
    for (int round = 0; round < 3; ++round) {
        for (char const day : {'1', '2', '3', '4', '5', '6'}) {
            rows.push_back(row_with("processedDateTime", std::string{"\"2026-07-0"} + day + "T02:00:00+02:00\""));
            expected.push_back(std::string{"2026-07-0"} + day + "T00:00:00Z|o365|Exchange|reseller|0.5|");
        }
    }
    auto const decoded = decode(page(rows));
    CHECK(decoded.rows == expected);
    CHECK(decoded.summary.data_from == "2026-07-01T00:00:00Z");
    CHECK(decoded.summary.data_to == "2026-07-06T00:00:00Z");
}

TEST_CASE("the same instant in two forms is the same text")
{
    auto const decoded = decode(page({row_with("processedDateTime", "\"2026-07-01T00:00:00\""),
                                      row_with("processedDateTime", "\"2026-07-01T02:00:00.000+02:00\"")}));
    CHECK(decoded.rows.front() == decoded.rows.back());
}

} // namespace usaged::test
