#include "tests/daemon/dataset/page_text.h"

#include <doctest/doctest.h>

// What the rows of a page do not say themselves, because the request did.

namespace usaged::test {
namespace {

constexpr std::string_view customer = "0112a436-b14e-4888-967b-ca4bb2cf1234";

Decoding of_customer(DecodeRules rules = {})
{
    return of("customer_licenses_usage", PageScope{std::string{customer}, {}, {}}, rules);
}

/// A row of customer_licenses_usage as it is kept.
std::string kept(std::string_view service_code, std::string_view workload_code, std::string_view extra = {})
{
    std::string row = "2017-03-09T00:00:00Z|o365|reseller|" + std::string{customer} + "|E3|Exchange|";
    return row.append(service_code).append("|ACME|").append(workload_code).append("|3|5|0.5|").append(extra);
}

/// Of grouped answers of the newest date.
Decoding grouped(std::string fields, std::string date = "2018-10-14T00:00:00Z")
{
    return of("licenses_usage", PageScope{{}, std::move(date), std::move(fields)});
}

} // namespace

TEST_CASE("an optional field that was not sent, or null, is an empty text")
{
    CHECK(decode(page({customer_row()}), of_customer()).rows == Rows{kept("", "")});
    CHECK(decode(page({with(customer_row(), R"("serviceCode":null,"workloadCode":null)")}), of_customer()).rows ==
          Rows{kept("", "")});
    CHECK(decode(page({with(customer_row(), R"("workloadCode":"EXO","serviceCode":"O365")"), customer_row()}),
                 of_customer())
              .rows == Rows{kept("O365", "EXO"), kept("", "")});
}

TEST_CASE("an optional field that was sent is a text like others")
{
    struct Case {
        std::string_view value;
        std::string_view reason;
    };
    static constexpr Case cases[] = {{"7", "is not a text"}, {"\"\"", "is empty"}, {"\"a\\u0000\"", "contains U+0000"}};
    for (auto const& each : cases) {
        CAPTURE(each.value);
        CHECK(refusal(page({with(customer_row(), R"("workloadCode":)" + std::string{each.value})}), of_customer()) ==
              "items[0].workloadCode " + std::string{each.reason});
    }
}

TEST_CASE("the customer of a row is the one that was asked for")
{
    for (std::string const id :
         {"\"0112a436-b14e-4888-967b-ca4bb2cf1234\"", "\"0112A436-B14E-4888-967B-CA4BB2CF1234\"", "null"}) {
        CAPTURE(id);
        auto const decoded = decode(page({with(customer_row(), R"("customerId":)" + id)}), of_customer());
        CHECK(decoded.rows == Rows{kept("", "")});
        CHECK(decoded.summary.unknown_fields.empty());
    }
}

TEST_CASE("another customer's id in a row is kept in extra under its name")
{
    for (std::string const id : {R"("0112a436-b14e-4888-967b-000000000000")", R"("")", "7", R"("x")"}) {
        CAPTURE(id);
        auto const decoded =
            decode(page({with(customer_row(), R"("new":1,"customerId":)" + id), customer_row()}), of_customer());
        CHECK(decoded.rows == Rows{kept("", "", R"({"customerId":)" + id + R"(,"new":1})"), kept("", "")});
        CHECK(decoded.summary.unknown_fields == std::vector<std::string>{"customerId", "new"});
    }
    CHECK(refusal(page({with(customer_row(), R"("customerId":1,"customerId":1)")}), of_customer()) ==
          "items[0].customerId is repeated");
}

TEST_CASE("where no customer was asked for, the row says its own")
{
    auto const how = of("customer_licenses_usage");
    CHECK(refusal(page({customer_row()}), how) == "items[0].customerId is missing");
    CHECK(refusal(page({with(customer_row(), R"("customerId":null)")}), how) == "items[0].customerId is null");
    CHECK(decode(page({with(customer_row(), R"("customerId":"0112A436-B14E-4888-967B-CA4BB2CF1234")")}), how).rows ==
          Rows{kept("", "")});
}

TEST_CASE("grouped rows carry the listed fields and the measures, and have the date that was asked for")
{
    std::string const row = R"({"serviceCode":"o365","productId":"6FD2C87F-B296-42F0-B197-1E91E994B900",)"
                            R"("licensesActive":3,"licensesQualified":5})";
    auto const decoded = decode(value_page({row}), grouped("serviceCode,productId"));
    CHECK(decoded.rows == Rows{"2018-10-14T00:00:00Z|o365|||6fd2c87f-b296-42f0-b197-1e91e994b900||||||3|5|"});
    CHECK(decoded.summary.data_from == "2018-10-14T00:00:00Z");
    CHECK(decoded.summary.data_to == "2018-10-14T00:00:00Z");
}

TEST_CASE("grouped rows may carry more than the listed fields, or null for the others")
{
    CHECK(decode(value_page({commercial_row()}), grouped("serviceCode")).rows ==
          decode(value_page({commercial_row()}), of("licenses_usage")).rows);
    std::string const row = R"({"processedDateTime":null,"serviceCode":"o365","channel":null,"licensesActive":3,)"
                            R"("licensesQualified":5})";
    CHECK(decode(value_page({row}), grouped("serviceCode")).rows == Rows{"2018-10-14T00:00:00Z|o365|||||||||3|5|"});
}

TEST_CASE("grouped rows need each listed field and each measure")
{
    for (std::string const field : {"serviceCode", "productId", "customerName", "licensesQualified"}) {
        CAPTURE(field);
        auto const how = grouped("customerName,serviceCode,productId");
        CHECK(refusal(value_page({commercial_row(field, "")}), how) == "Value[0]." + field + " is missing");
        CHECK(refusal(value_page({commercial_row(field, "null")}), how) == "Value[0]." + field + " is null");
    }
    CHECK(refusal(value_page({commercial_row("serviceName", "\"\"")}), grouped("serviceCode")) ==
          "Value[0].serviceName is empty");
}

TEST_CASE("a field whose name begins like a listed one is not listed")
{
    for (std::string const list : {"serviceName", "serviceName,workload", "xserviceCode,serviceCodex", ","}) {
        CAPTURE(list);
        CHECK(decode(value_page({commercial_row("serviceCode", "")}), grouped(list)).rows.size() == 1);
    }
}

TEST_CASE("a row without a date is bad where the request says none, or was not grouped")
{
    auto const dateless = value_page({commercial_row("processedDateTime", "")});
    CHECK(refusal(dateless, grouped("serviceCode", "")) == "Value[0].processedDateTime is missing");
    CHECK(refusal(dateless, grouped("")) == "Value[0].processedDateTime is missing");
    auto const other_date = value_page({commercial_row("processedDateTime", "\"2018-10-01\"")});
    CHECK(decode(other_date, grouped("serviceCode")).summary.data_to == "2018-10-01T00:00:00Z");
}

TEST_CASE("one decoder reads pages of one scope after another")
{
    PageDecoder decoder{*find_dataset("customer_licenses_usage")};
    auto how = of_customer();
    CHECK(decode(decoder, page({customer_row()}), how).rows == Rows{kept("", "")});
    how.scope.customer_id = "other";
    CHECK(decode(decoder, page({customer_row()}), how).rows.front().find("|reseller|other|E3|") != std::string::npos);
    how.scope = {};
    CHECK_THROWS(decode(decoder, page({customer_row()}), how));
}

} // namespace usaged::test
