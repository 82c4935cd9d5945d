#include "daemon/poll/customer_list.h"
#include "tests/daemon/poll/customer_text.h"
#include "tests/daemon/poll/polling.h"
#include "tests/support/run_coroutine.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string const first_target = "https://api.example/v1/customers?size=500";
std::string const next_target = "https://api.example/v1/customers?size=500&seekOperation=Next";

struct Fixture : Polling {
    Fixture() { grant(); }

    std::vector<Customer> customers()
    {
        ApiClient api{transport, tokens, clock, log, settings, [] { return 0.5; }};
        return run_coroutine(list_customers(api, *find_dataset("customer_licenses_usage"), settings.base_url));
    }

    std::string ids()
    {
        std::string out;
        for (auto const& each : customers()) out += each.id.at(7);
        return out;
    }

    Error failure()
    {
        try {
            customers();
        } catch (Error const& error) {
            return error;
        }
        FAIL("a list came");
        return Error{ErrorCategory::config, ""};
    }

    /// The continuation tokens that were sent along, in order.
    std::vector<std::string> sent_tokens() const
    {
        std::vector<std::string> out;
        for (auto const& request : api_requests()) out.push_back(header_of(request, "MS-ContinuationToken"));
        return out;
    }
};

std::string token(std::string_view value)
{
    return R"(,"continuationToken":")" + std::string{value} + "\"";
}

std::string next_link(std::string_view value)
{
    return R"(,"links":{"next":{"uri":"/customers?seekOperation=Next","headers":[{"key":"MS-ContinuationToken","value":")" +
           std::string{value} + R"("}]}})";
}

} // namespace

TEST_CASE_FIXTURE(Fixture, "a list of one page is asked for without a token")
{
    transport.answer(200, customer_page({customer(1), customer(2)}));
    auto const list = customers();
    REQUIRE(list.size() == 2);
    CHECK(list[0].id == customer_id(1));
    CHECK(list[0].company_name == "Customer 1");
    CHECK(api_requests().at(0).url == first_target);
    CHECK(sent_tokens() == std::vector<std::string>{""});
}

TEST_CASE_FIXTURE(Fixture, "the token of a page is sent for the next one, wherever it stands")
{
    for (auto const& members : {token("t1"), next_link("t1"), token("other") + next_link("t1")}) {
        CAPTURE(members);
        auto const before = api_requests().size();
        transport.answer(200, customer_page({customer(1)}, members));
        transport.answer(200, customer_page({customer(2)}, token("t2")));
        transport.answer(200, customer_page({customer(3)}));
        CHECK(ids() == "123");
        auto const requests = api_requests();
        CHECK(requests.at(before).url == first_target);
        CHECK(requests.at(before + 1).url == next_target);
        CHECK(header_of(requests.at(before + 1), "MS-ContinuationToken") == "t1");
        CHECK(header_of(requests.at(before + 2), "MS-ContinuationToken") == "t2");
    }
}

TEST_CASE_FIXTURE(Fixture, "a token that leads to no page is the end of the list")
{
    transport.answer(200, customer_page({customer(1)}, token("dangling")));
    transport.answer(400, R"({"code":2000,"description":"bad input"})");
    CHECK(ids() == "1");
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "an empty page with a token is not the end of the list")
{
    transport.answer(200, customer_page({customer(1)}, token("t1")));
    transport.answer(200, customer_page({}, token("t2")));
    transport.answer(200, customer_page({customer(2)}, token("dangling")));
    transport.answer(400, R"({"code":2000})");
    CHECK(ids() == "12");
    transport.answer(200, customer_page({}, token("t1")));
    transport.answer(200, customer_page({}, token("t1")));
    CHECK(failure().category() == ErrorCategory::data);
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "other refusals are no end of the list")
{
    struct Case {
        int status;
        std::string body;
    };
    Case const cases[] = {{400, ""}, {400, R"({"code":3000})"}, {404, R"({"code":2000})"}, {403, ""}, {204, ""}};
    for (auto const& each : cases) {
        CAPTURE(each.status);
        transport.answer(200, customer_page({customer(1)}, token("t1")));
        transport.answer(each.status, each.body);
        CHECK(failure().http_status() == each.status);
    }
    transport.answer(400, R"({"code":2000})");
    CHECK(failure().http_status() == 400);
}

TEST_CASE_FIXTURE(Fixture, "a token that comes again is refused")
{
    transport.answer(200, customer_page({customer(1)}, token("t1")));
    transport.answer(200, customer_page({customer(2)}, token("t2")));
    transport.answer(200, customer_page({customer(3)}, token("t1")));
    CHECK(failure().category() == ErrorCategory::data);
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "a 401 in the middle repeats the same page with the same token")
{
    transport.answer(200, customer_page({customer(1)}, token("t1")));
    transport.answer(401, "");
    grant("access-2");
    transport.answer(200, customer_page({customer(2)}));
    CHECK(ids() == "12");
    CHECK(sent_tokens() == std::vector<std::string>{"", "t1", "t1"});
    CHECK(api_requests().at(2).url == next_target);
    CHECK(header_of(api_requests().at(2), "Authorization") == "Bearer access-2");
}

TEST_CASE_FIXTURE(Fixture, "a customer that stands on two pages is one customer")
{
    transport.answer(200, customer_page({customer(2), customer(1)}, token("t1")));
    transport.answer(200, customer_page({customer(1), customer(3), customer(3)}));
    CHECK(ids() == "213");
}

} // namespace usaged::test
