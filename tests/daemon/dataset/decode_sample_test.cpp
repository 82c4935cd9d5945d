#include "tests/daemon/dataset/page_text.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

// The answers that Microsoft's documentation prints, and those made after them.

namespace usaged::test {
namespace {

constexpr std::string_view customer = "0112a436-b14e-4888-967b-ca4bb2cf1234";

std::string sample(std::string_view file)
{
    return read_file(std::string{USAGED_TEST_DATA} + "/" + std::string{file});
}

Decoding of_customer(std::string_view dataset)
{
    return of(dataset, PageScope{std::string{customer}, {}, {}});
}

/// A row of the commercial samples, which are about one customer on one date.
std::string commercial(std::string_view service, std::string_view product_id, std::string_view rest)
{
    std::string row = "2018-10-14T00:00:00Z|";
    return row.append(service).append("|reseller|").append(customer).append("|").append(product_id).append(rest);
}

std::string const e3_sharepoint = commercial("o365", "6fd2c87f-b296-42f0-b197-1e91e994b900",
                                             "|SPO|Microsoft Office 365|TEST COMPANY|OFFICE 365 ENTERPRISE E3|"
                                             "SharePoint|0|1|");

} // namespace

TEST_CASE("the documented deployment of a partner decodes to its two rows")
{
    for (auto const* const file : {"partner-deployment.json", "partner-deployment.wire.bin"}) {
        CAPTURE(file);
        auto const decoded = decode(sample(file), of("partner_licenses_deployment"));
        CHECK(decoded.rows ==
              Rows{"2017-03-10T00:00:00Z|crm|reseller|0|343|", "2017-03-14T03:25:16.36Z|o365|reseller|1|4464|"});
        CHECK(decoded.summary.count == 2);
        CHECK(decoded.summary.data_from == "2017-03-10T00:00:00Z");
        CHECK(decoded.summary.data_to == "2017-03-14T03:25:16.36Z");
        CHECK(decoded.summary.unknown_fields.empty());
    }
}

TEST_CASE("the documented use of a customer decodes to its five rows, with the customer of the request")
{
    std::string const begin = "2017-03-09T00:00:00Z|o365|reseller|" + std::string{customer} + "|";
    std::string const name = "||DT DEMO CSP CUSTOMER 005||";
    for (auto const* const file : {"customer-usage.json", "customer-usage.wire.bin"}) {
        CAPTURE(file);
        auto const decoded = decode(sample(file), of_customer("customer_licenses_usage"));
        CHECK(decoded.rows == Rows{begin + "OFFICE 365 BUSINESS ESSENTIALS|Exchange" + name + "0|1|0|",
                                   begin + "OFFICE 365 BUSINESS ESSENTIALS|SharePoint" + name + "0|1|0|",
                                   begin + "OFFICE 365 BUSINESS ESSENTIALS|Skype For Business" + name + "0|1|0|",
                                   begin + "EXCHANGE ONLINE (PLAN 1)|Exchange" + name + "0|5|0|",
                                   begin + "EXCHANGE ONLINE ARCHIVING FOR EXCHANGE ONLINE|Exchange" + name + "0|2|0|"});
        CHECK(decoded.summary.count == 5);
        CHECK(decoded.summary.unknown_fields.empty());
    }
}

TEST_CASE("the documented deployment of a customer decodes to its three rows")
{
    std::string const begin = "2017-03-14T03:25:16.36Z|o365|reseller|" + std::string{customer} + "|";
    std::string const name = "||DT DEMO CSP CUSTOMER 005|";
    for (auto const* const file : {"customer-deployment.json", "customer-deployment.wire.bin"}) {
        CAPTURE(file);
        auto const decoded = decode(sample(file), of_customer("customer_licenses_deployment"));
        CHECK(decoded.rows == Rows{begin + "OFFICE 365 BUSINESS ESSENTIALS" + name + "0|1|0|",
                                   begin + "EXCHANGE ONLINE (PLAN 1)" + name + "0|5|0|",
                                   begin + "EXCHANGE ONLINE ARCHIVING FOR EXCHANGE ONLINE" + name + "0|2|0|"});
    }
}

TEST_CASE("the documented commercial use decodes over its two pages to three rows")
{
    auto const first = decode(sample("commercial-usage-page1.json"), of("licenses_usage"));
    CHECK(first.rows == Rows{e3_sharepoint, commercial("o365", "45a2423b-e884-448d-a831-d9e139c52d2f",
                                                       "|EXO|Microsoft Office 365|TEST COMPANY|"
                                                       "EXCHANGE ONLINE PROTECTION|Exchange|0|1|")});
    CHECK(first.summary.count == 3);
    REQUIRE(first.summary.next);
    CHECK(first.summary.next->uri ==
          "https://api.partnercenter.microsoft.com/partner/v1/analytics/commercial/usage/license?top=2&skip=2");
    CHECK(first.summary.next->continuation_token.empty());

    auto const second = decode(sample("commercial-usage-page2.json"), of("licenses_usage"));
    CHECK(second.rows == Rows{commercial("o365", "6fd2c87f-b296-42f0-b197-1e91e994b900",
                                         "|SFB|Microsoft Office 365|TEST COMPANY|OFFICE 365 ENTERPRISE E3|"
                                         "Skype For Business|0|1|")});
    CHECK(second.summary.count == 3);
    CHECK_FALSE(second.summary.next);
}

TEST_CASE("commercial use in the other spellings decodes to the same row")
{
    auto const decoded = decode(sample("commercial-usage-field-table-spelling.json"), of("licenses_usage"));
    CHECK(decoded.rows == Rows{e3_sharepoint});
    CHECK(decoded.summary.count == 1);
    CHECK_FALSE(decoded.summary.next);
}

TEST_CASE("links of commercial pages are handed over as they were sent, to whatever origin")
{
    struct Case {
        std::string_view file;
        std::string_view uri;
    };
    static constexpr Case cases[] = {
        {"commercial-usage-page1-relative-link.json", "/partner/v1/analytics/commercial/usage/license?top=2&skip=2"},
        {"commercial-usage-foreign-link.json",
         "https://attacker.example.invalid/partner/v1/analytics/commercial/usage/license?skip=1"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.file);
        auto const next = decode(sample(each.file), of("licenses_usage")).summary.next;
        CHECK((next ? next->uri : "") == each.uri);
    }
}

TEST_CASE("the documented commercial deployment decodes to its two rows")
{
    auto const decoded = decode(sample("commercial-deployment.json"), of("licenses_deployment"));
    CHECK(decoded.rows == Rows{commercial("crm", "54b84594-9c77-4499-8d65-5e0d5f410e78",
                                          "|Microsoft Dynamics|TEST COMPANY|DYNAMICS AX TASK|0|9|"),
                               commercial("o365", "d3b4fe1f-9992-4930-8acb-ca6ec609365e",
                                          "|Microsoft Office 365|TEST COMPANY|"
                                          "DOMESTIC AND INTERNATIONAL CALLING PLAN|0|5|")});
    CHECK(decoded.summary.count == 2);
}

TEST_CASE("samples that are no pages of their dataset are refused")
{
    CHECK(refusal(sample("commercial-usage-doc-sample-invalid.txt"), of("licenses_usage"))
              .starts_with("the body is not acceptable JSON"));
    CHECK(refusal(sample("sibling-subscriptions-grouped.json"), of("licenses_usage")) ==
          "Value[0].processedDateTime is missing");
    CHECK(refusal(sample("commercial-deployment.json"), of("licenses_usage")) == "Value[0].workloadCode is missing");
    CHECK(refusal(sample("partner-usage.json"), of("licenses_usage")) == "Value is missing");
    CHECK(refusal(sample("customer-usage.json"), of("customer_licenses_usage")) == "items[0].customerId is missing");
}

TEST_CASE("a commercial page without rows is a page")
{
    auto const decoded = decode(sample("commercial-usage-empty.json"), of("licenses_usage"));
    CHECK(decoded.rows.empty());
    CHECK(decoded.summary.count == 0);
    CHECK_FALSE(decoded.summary.next);
}

TEST_CASE("a byte order mark before any answer is skipped")
{
    for (auto const* const file : {"commercial-usage-page1.json", "commercial-deployment.json"}) {
        CAPTURE(file);
        auto const how =
            of(std::string_view{file}.starts_with("commercial-usage") ? "licenses_usage" : "licenses_deployment");
        CHECK(decode("\xEF\xBB\xBF" + sample(file), how).rows == decode(sample(file), how).rows);
    }
}

} // namespace usaged::test
