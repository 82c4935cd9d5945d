#include "daemon/command/row_printer.h"
#include "tests/daemon/dataset/page_text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

namespace usaged::test {
namespace {

/// What a printer makes of rows, each given as JSON.
std::string printed(std::string_view format, std::vector<std::string> const& rows)
{
    std::ostringstream out;
    auto const printer = make_row_printer(format, usage(), out);
    PageDecoder decoder{usage()};
    decoder.decode(page(rows), [&](Row const& row) { printer->row(row); });
    printer->finish();
    return out.str();
}

std::string const csv_header =
    "processed_date_time,service_name,workload_name,channel,prorated_licenses_usage_percent,extra\r\n";

} // namespace

TEST_CASE("CSV has a header, CRLF and quotes only where RFC 4180 wants them")
{
    struct Case {
        std::string_view workload; ///< as JSON
        std::string_view cell;
    };
    static constexpr Case cases[] = {
        {R"("plain text")", "plain text"}, {R"("a,b")", "\"a,b\""},       {R"("say \"hi\"")", "\"say \"\"hi\"\"\""},
        {R"("a\nb")", "\"a\nb\""},         {R"("a\rb")", "\"a\rb\""},     {R"("\"")", "\"\"\"\""},
        {R"("é;'\t")", "é;'\t"},           {R"(" spaces ")", " spaces "},
    };
    for (auto const& each : cases) {
        CAPTURE(each.workload);
        CHECK(printed("csv", {row_with("workloadName", each.workload)}) ==
              csv_header + "2017-03-09T00:00:00Z,o365," + std::string{each.cell} + ",reseller,0.5,\r\n");
    }
    CHECK(printed("csv", {}) == csv_header);
}

TEST_CASE("CSV keeps unknown fields as JSON in one cell")
{
    CHECK(printed("csv", {row_and(R"("a":"x","b":[1,2])")}) ==
          csv_header + "2017-03-09T00:00:00Z,o365,Exchange,reseller,0.5,\"{\"\"a\"\":\"\"x\"\",\"\"b\"\":[1,2]}\"\r\n");
}

TEST_CASE("JSON is an array of objects")
{
    CHECK(printed("json", {}) == "[\n]\n");
    CHECK(
        printed("json", {row_with("workloadName", R"("a\"b\\\n")"), row_and(R"("new":{"a":[null]})")}) ==
        "[\n"
        R"(  {"processed_date_time": "2017-03-09T00:00:00Z", "service_name": "o365", "workload_name": "a\"b\\\u000a",)"
        R"( "channel": "reseller", "prorated_licenses_usage_percent": 0.5, "extra": null},)"
        "\n"
        R"(  {"processed_date_time": "2017-03-09T00:00:00Z", "service_name": "o365", "workload_name": "Exchange",)"
        R"( "channel": "reseller", "prorated_licenses_usage_percent": 0.5, "extra": {"new":{"a":[null]}}})"
        "\n]\n");
}

TEST_CASE("numbers read back to the same double in every format")
{
    for (std::string const number : {"0", "0.1", "0.30000000000000004", "1e-07", "1.7976931348623157e+308", "5e-324"}) {
        CAPTURE(number);
        auto const row = row_with("proratedLicensesUsagePercent", number);
        CHECK(printed("csv", {row}).find(",reseller," + number + ",") != std::string::npos);
        CHECK(printed("json", {row}).find("_percent\": " + number + ",") != std::string::npos);
        CHECK(printed("table", {row}).find(" " + number + "\n") != std::string::npos);
    }
}

TEST_CASE("table columns are as wide as their widest value, in characters")
{
    std::vector<std::string> const rows{row_with("workloadName", R"("日本語é")"),
                                        row_with("workloadName", R"("a workload of 24 letters")")};
    CHECK(printed("table", rows) ==
          "processed_date_time   service_name  workload_name             channel   prorated_licenses_usage_percent\n"
          "2017-03-09T00:00:00Z  o365          日本語é                      reseller                              0.5\n"
          "2017-03-09T00:00:00Z  o365          a workload of 24 letters  reseller                              0.5\n");
}

TEST_CASE("a table shows nothing that a terminal would obey")
{
    auto const table = printed("table", {row_with("workloadName", R"("\u001b[31m\nx")")});
    CHECK(table.find("\\x1b[31m\\x0ax") != std::string::npos);
    CHECK(std::count(table.begin(), table.end(), '\n') == 2);
    auto const long_text = printed("table", {row_with("workloadName", '"' + std::string(201, 'x') + '"')});
    CHECK(long_text.find(std::string(200, 'x') + "…") != std::string::npos);
}

} // namespace usaged::test
