#include "tests/daemon/poll/customer_text.h"
#include "tests/daemon/poll/fetching.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string const other_id = "99999999-aaaa-4aaa-8aaa-000000000009";
std::string const no_relationship = R"({"code":20002,"description":"no relationship"})";

std::string usage_of(std::string const& id)
{
    return "/v1/customers/" + id + "/analytics/licenses/usage";
}

struct Fixture : Fetching {
    Fixture()
    {
        choose("customer_licenses_usage");
        grant();
    }

    /// The list of `count` customers.
    void list(int count)
    {
        std::vector<std::string> customers;
        for (int i = 1; i <= count; ++i) customers.push_back(customer(i));
        transport.answer(200, customer_page(customers));
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "the rows of each customer are asked for in the order of the list")
{
    list(2);
    transport.answer(200, page({customer_row()}));
    transport.answer(200, page({customer_row(), customer_row("productName", "\"E5\"")}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 3);
    CHECK(snapshot.skipped.empty());
    CHECK(targets() ==
          std::vector<std::string>{"/v1/customers?size=500", usage_of(customer_id(1)), usage_of(customer_id(2))});
    REQUIRE(snapshot.pages.size() == 2);
    CHECK(snapshot.pages[0].scope == PageScope{customer_id(1), "", ""});
    CHECK(snapshot.pages[1].scope == PageScope{customer_id(2), "", ""});
    REQUIRE(progress.size() == 2);
    CHECK(progress[0].unit == "customers");
    CHECK(progress[0].done == 1);
    CHECK(progress[1].total == 2);
}

TEST_CASE_FIXTURE(Fixture, "without customers the snapshot is empty")
{
    list(0);
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 0);
    CHECK(snapshot.pages.empty());
}

TEST_CASE_FIXTURE(Fixture, "a customer that is refused for good is left out and does not cost the others theirs")
{
    struct Case {
        int status;
        std::string body;
    };
    Case const cases[] = {
        {403, no_relationship}, {404, R"({"code":"60003"})"}, {400, R"({"code":900118})"}, {404, ""},
        {404, "<html>"},        {404, R"({"code":1000})"},    {404, R"({"code":3000})"},   {400, R"({"code":"3000"})"}};
    for (auto const& each : cases) {
        CAPTURE(each.status);
        CAPTURE(each.body);
        list(3);
        transport.answer(200, page({customer_row()}));
        transport.answer(each.status, each.body);
        auto const request_id = [this] {
            return header_of(transport.requests.at(transport.requests.size() - 2), "MS-RequestId");
        };
        transport.answer(200, page({customer_row()}));
        auto const snapshot = fetch();
        CHECK(snapshot.rows == 2);
        REQUIRE(snapshot.skipped.size() == 1);
        CHECK(snapshot.skipped[0].customer_id == customer_id(2));
        CHECK(snapshot.skipped[0].customer_name == "Customer 2");
        CHECK(snapshot.skipped[0].reason.find(std::to_string(each.status)) != std::string::npos);
        CHECK(snapshot.skipped[0].reason.ends_with("MS-RequestId " + request_id()));
        CHECK(progress.back().done == 3);
    }
}

TEST_CASE_FIXTURE(Fixture, "however many customers are left out, one warning has their number and the first three")
{
    list(6);
    for (int i = 1; i <= 5; ++i) transport.answer(403, no_relationship);
    transport.answer(200, page({customer_row()}));
    CHECK(fetch().skipped.size() == 5);
    auto const lines = log_lines("customer_skipped");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].find("5 customers left out (" + customer_id(1) + ", " + customer_id(2) + ", " + customer_id(3) +
                        "…)") != std::string::npos);
    CHECK(lines[0].find("dataset=customer_licenses_usage") != std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "a customer that is left out is one warning, without the name")
{
    list(2);
    transport.answer(403, no_relationship);
    transport.answer(200, page({customer_row()}));
    fetch();
    auto const lines = log_lines("customer_skipped");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("<4>"));
    CHECK(lines[0].find("1 customer left out (" + customer_id(1) + ")") != std::string::npos);
    CHECK(lines[0].find("there is no commerce relationship") != std::string::npos);
    CHECK(lines[0].find("Customer 1") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "if every customer is refused the fetch fails with the refusal")
{
    list(2);
    transport.answer(403, no_relationship);
    transport.answer(404, "");
    auto const error = failure();
    CHECK(error.category() == ErrorCategory::http);
    CHECK(error.http_status() == 404);
    CHECK(std::string{error.what()}.starts_with("customer " + customer_id(2) + ": Partner Center "));
    CHECK(log_lines("customer_skipped").empty());
}

TEST_CASE_FIXTURE(Fixture, "a fault of the token endpoint is about no customer")
{
    list(2);
    transport.answer(200, page({customer_row()}));
    transport.answer(401, "");
    transport.answer(404, "");
    auto const error = failure();
    CHECK(error.endpoint() == "token");
    CHECK(std::string{error.what()}.find("customer") == std::string::npos);
}

TEST_CASE_FIXTURE(Fixture, "errors of the list say that they are")
{
    transport.answer(403, "");
    CHECK(std::string{failure().what()}.starts_with("customer list: Partner Center "));
    transport.answer(200, "{}");
    CHECK(std::string{failure().what()} == "customer list: items is missing");
}

TEST_CASE_FIXTURE(Fixture, "any other fault of one customer fails the fetch")
{
    settings.retry.attempts = 2;
    for (int const status : {403, 400, 409, 204, 302, 500, 429}) {
        CAPTURE(status);
        list(2);
        transport.answer(200, page({customer_row()}));
        transport.answer(status, "");
        if (status == 500 || status == 429) transport.answer(status, "");
        auto const refusal = failure();
        CHECK(refusal.http_status() == status);
        CHECK(std::string{refusal.what()}.starts_with("customer " + customer_id(2) + ": Partner Center "));
        CHECK(transport.done());
    }
    list(1);
    transport.answer(200, "<html>");
    auto const error = failure();
    CHECK(error.category() == ErrorCategory::data);
    CHECK(std::string{error.what()}.starts_with("customer " + customer_id(1) + ": "));
}

TEST_CASE_FIXTURE(Fixture, "a customer that comes at the second try is not left out")
{
    list(1);
    transport.answer(503, "");
    transport.answer(200, page({customer_row()}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 1);
    CHECK(snapshot.skipped.empty());
}

TEST_CASE_FIXTURE(Fixture, "where the id leads to nothing the tenant's is tried once, if it is another")
{
    transport.answer(200, customer_page({customer(1, other_id), customer(2)}));
    transport.answer(404, "");
    transport.answer(200, page({customer_row()}));
    transport.answer(200, page({customer_row()}));
    auto const snapshot = fetch();
    CHECK(snapshot.skipped.empty());
    CHECK(snapshot.pages.at(0).scope.customer_id == customer_id(1));
    CHECK(targets().at(1) == usage_of(customer_id(1)));
    CHECK(targets().at(2) == usage_of(other_id));

    transport.answer(200, customer_page({customer(1, other_id), customer(2)}));
    transport.answer(404, R"({"code":"60003"})");
    transport.answer(404, R"({"code":1000})");
    transport.answer(200, page({customer_row()}));
    CHECK(fetch().skipped.size() == 1);
}

TEST_CASE_FIXTURE(Fixture,
                  "a later page of a customer that is refused fails the fetch, because half of the rows are there")
{
    list(2);
    transport.answer(200, page({customer_row()}));
    auto body = page({customer_row()});
    body.pop_back();
    transport.answer(200,
                     body + R"(,"links":{"next":{"uri":")" + usage_of(customer_id(2)).substr(3) + R"(?page=2"}}})");
    transport.answer(404, "");
    CHECK(failure().http_status() == 404);
    CHECK(targets().back() == usage_of(customer_id(2)) + "?page=2");
}

TEST_CASE_FIXTURE(Fixture, "a link from one customer to another is refused")
{
    list(2);
    auto body = page({customer_row()});
    body.pop_back();
    transport.answer(200, body + R"(,"links":{"next":{"uri":")" + usage_of(customer_id(2)) + R"("}}})");
    auto const error = failure();
    CHECK(error.category() == ErrorCategory::data);
    CHECK(std::string{error.what()}.starts_with("customer " + customer_id(1) + ": links.next.uri "));
    CHECK(transport.done());
}

} // namespace usaged::test
