#include "daemon/command/row_printer.h"
#include "tests/daemon/dataset/page_text.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

namespace usaged::test {
namespace {

/// What a printer makes of rows, each given as JSON.
std::string printed(std::string_view format, std::vector<std::string> const& rows, Decoding const& how = {})
{
    std::ostringstream out;
    auto const printer = make_row_printer(format, how.dataset, out);
    PageDecoder decoder{how.dataset};
    if (printer->measures()) decoder.decode(page(rows), how.scope, [&](Row const& row) { printer->measure(row); });
    decoder.decode(page(rows), how.scope, [&](Row const& row) { printer->row(row); });
    printer->finish();
    return out.str();
}

/// A row of a customer's deployment: with the largest count that there is, without the optional service_code.
std::string deployment(std::string_view format)
{
    static constexpr std::string_view row =
        R"({"processedDateTime":"2017-03-14","serviceName":"o365","channel":"reseller","productName":"E3",)"
        R"("customerName":"ACME","licensesDeployed":9223372036854775807,"licensesSold":"0","deploymentPercent":0.5})";
    PageScope scope;
    scope.customer_id = "c1";
    return printed(format, {std::string{row}}, of("customer_licenses_deployment", scope));
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

TEST_CASE("counts are written as integers, and a text that was not sent as nothing")
{
    CHECK(deployment("csv").ends_with(
        "\r\n2017-03-14T00:00:00Z,o365,reseller,c1,E3,,ACME,9223372036854775807,0,0.5,\r\n"));
    auto const json = deployment("json");
    CHECK(json.find(R"("service_code": null, "customer_name": "ACME", "licenses_deployed": 9223372036854775807,)"
                    R"( "licenses_sold": 0, "deployment_percent": 0.5, "extra": null})") != std::string::npos);
    CHECK(deployment("table").ends_with(
        "  E3                          ACME           9223372036854775807              0                 0.5\n"));
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

TEST_CASE("rows are written one by one and kept nowhere, in every format")
{
    for (auto const* const format : {"table", "csv", "json"}) {
        CAPTURE(format);
        std::ostringstream out;
        auto const printer = make_row_printer(format, usage(), out);
        CHECK(printer->measures() == (std::string_view{format} == "table"));
        PageDecoder decoder{usage()};
        auto const body = page({good_row(), good_row()});
        decoder.decode(body, {}, [&](Row const& row) { printer->measure(row); });
        decoder.decode(body, {}, [&](Row const& row) {
            auto const before = out.str().size();
            printer->row(row);
            CHECK(out.str().size() > before);
        });
    }
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
