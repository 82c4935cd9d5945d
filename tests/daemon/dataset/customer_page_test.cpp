#include "daemon/dataset/customer_page.h"
#include "daemon/fault/error.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

CustomerPage sample(std::string_view file)
{
    return decode_customer_page(read_file(std::string{USAGED_TEST_DATA} + "/" + std::string{file}));
}

constexpr std::string_view id = "00000001-aaaa-4aaa-8aaa-000000000001";

std::string page_of(std::string const& customer, std::string const& members = {})
{
    return R"({"totalCount":1,"items":[)" + customer + "]" + members + "}";
}

/// A customer with further members.
std::string customer_with(std::string const& members)
{
    return R"({"id":")" + std::string{id} + "\"" + members + "}";
}

std::string links(std::string const& next)
{
    return R"(,"links":{"next":)" + next + "}";
}

std::string refusal_of(std::string const& body)
{
    try {
        decode_customer_page(body);
    } catch (Error const& error) {
        CHECK(error.category() == ErrorCategory::data);
        return error.what();
    }
    FAIL_CHECK("was not refused");
    return {};
}

} // namespace

TEST_CASE("the sample pages of the customer list decode to three customers and their continuation tokens")
{
    auto const first = sample("customers-page1.json");
    REQUIRE(first.customers.size() == 2);
    CHECK(first.customers[1].id == "00000002-aaaa-4aaa-8aaa-000000000002");
    CHECK(first.customers[1].tenant_id == "00000002-aaaa-4aaa-8aaa-000000000002");
    CHECK(first.customers[1].company_name == "Fake Customer Two");
    CHECK(first.continuation_token == "FAKE-CONTINUATION-0001==");

    auto const last = sample("customers-page2-last.json");
    REQUIRE(last.customers.size() == 1);
    CHECK(last.customers[0].company_name == "Fake Customer Three");
    CHECK(last.continuation_token.empty());
    CHECK(sample("customers-page2-dangling-token.json").continuation_token == "FAKE-CONTINUATION-0002==");
}

TEST_CASE("ids of customers are kept in lower case, names as they were sent")
{
    auto const page =
        decode_customer_page("\xEF\xBB\xBF" + page_of(R"({"new":[1],"companyProfile":{"companyName":"A\u00c9 \"x\"",)"
                                                      R"("tenantId":"ABCDEF01-AAAA-4AAA-8AAA-000000000001"},)"
                                                      R"("id":"0000000A-AAAA-4AAA-8AAA-00000000000A"})"));
    REQUIRE(page.customers.size() == 1);
    CHECK(page.customers[0].id == "0000000a-aaaa-4aaa-8aaa-00000000000a");
    CHECK(page.customers[0].tenant_id == "abcdef01-aaaa-4aaa-8aaa-000000000001");
    CHECK(page.customers[0].company_name == "AÉ \"x\"");
}

TEST_CASE("a customer needs no profile")
{
    for (std::string const members :
         {"", R"(,"companyProfile":null)", R"(,"companyProfile":7)", R"(,"companyProfile":{})",
          R"(,"companyProfile":{"tenantId":null,"companyName":null})",
          R"(,"companyProfile":{"tenantId":"contoso","companyName":["x"]})",
          R"(,"companyProfile":{"tenantId":"../../v1/x","companyName":"a\u0000b"})"}) {
        CAPTURE(members);
        auto const page = decode_customer_page(page_of(customer_with(members)));
        REQUIRE(page.customers.size() == 1);
        CHECK(page.customers[0].id == id);
        CHECK(page.customers[0].tenant_id.empty());
        CHECK(page.customers[0].company_name.empty());
    }
}

TEST_CASE("a page without customers is a page")
{
    auto const page = decode_customer_page(R"({"totalCount":0,"items":[],"continuationToken":null,"links":null})");
    CHECK(page.customers.empty());
    CHECK(page.continuation_token.empty());
}

TEST_CASE("the continuation token of the link counts, that of the page stands in for it")
{
    struct Case {
        std::string_view members;
        std::string_view token;
    };
    static constexpr Case cases[] = {
        {R"(,"continuationToken":"a")", "a"},
        {R"(,"continuationToken":"")", ""},
        {R"(,"continuationToken":"a","links":{"self":{"uri":"/x"}})", "a"},
        {R"(,"links":{"next":{"uri":"/x","headers":[{"key":"MS-ContinuationToken","value":"b"}]}})", "b"},
        {R"(,"continuationToken":"a","links":{"next":{"uri":"/x","headers":[{"key":"ms-continuationtoken","value":"b"}]}})",
         "b"},
        {R"(,"continuationToken":"a","links":{"next":{"uri":"/x","headers":[]}})", "a"},
        {R"(,"continuationToken":"a","links":{"next":{"uri":"/x"}})", "a"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.members);
        CHECK(decode_customer_page(page_of(customer_with(""), std::string{each.members})).continuation_token ==
              each.token);
    }
}

TEST_CASE("what is no page of customers is refused with the place")
{
    struct Case {
        std::string body;
        std::string_view refusal;
    };
    Case const cases[] = {
        {"[]", "the document is not an object"},
        {"{}", "items is missing"},
        {R"({"items":{}})", "items is not an array"},
        {R"({"items":[],"items":[]})", "items is repeated"},
        {page_of("1"), "items[0] is not an object"},
        {page_of("{}"), "items[0].id is missing"},
        {page_of(R"({"id":null})"), "items[0].id is not a GUID"},
        {page_of(R"({"id":"../x"})"), "items[0].id is not a GUID"},
        {page_of(R"({"id":"{00000001-aaaa-4aaa-8aaa-000000000001}"})"), "items[0].id is not a GUID"},
        {page_of(customer_with("") + "," + customer_with(R"(,"id":"x")")), "items[1].id is repeated"},
        {page_of(customer_with(R"(,"companyProfile":{"tenantId":"x","tenantId":"x"})")),
         "items[0].companyProfile.tenantId is repeated"},
        {page_of("", R"(,"continuationToken":7)"), "continuationToken is not a text of 1 to 4096 bytes"},
        {page_of("", R"(,"continuationToken":"a\r\nHost: b")"),
         "continuationToken has characters that no header may have"},
        {page_of("", R"(,"continuationToken":"a","continuationToken":"a")"), "continuationToken is repeated"},
        {page_of("", links(R"({"uri":"/x"})")), "links.next has no continuation token"},
        {page_of("", links(R"({"uri":"/x","headers":[{"key":"MS-ContinuationToken","value":7}]})")),
         "links.next.headers.MS-ContinuationToken is not a text of 1 to 4096 bytes"},
        {page_of("", links("7")), "links.next is not an object"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.body);
        CHECK(refusal_of(each.body) == each.refusal);
    }
    CHECK(refusal_of("<html>").find("it looks like HTML") != std::string::npos);
    CHECK(refusal_of("").starts_with("the body is empty"));
}

} // namespace usaged::test
