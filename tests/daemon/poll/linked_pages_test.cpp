#include "tests/daemon/poll/fetching.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string on_day(std::string const& day)
{
    return row_with("processedDateTime", '"' + day + '"');
}

std::string const second_page = "/analytics/licenses/usage?page=2";

} // namespace

TEST_CASE_FIXTURE(Fetching, "a snapshot is the sum of its pages, archived in their order")
{
    std::string const first = page_before(second_page, {on_day("2017-03-09"), on_day("2017-03-10")});
    std::string const last = page({on_day("2017-03-08")});
    grant();
    transport.answer(200, first);
    transport.answer(200, last);
    auto const snapshot = fetch();
    CHECK(snapshot.pages.size() == 2);
    CHECK(snapshot.rows == 3);
    CHECK(snapshot.data_from == "2017-03-08T00:00:00Z");
    CHECK(snapshot.data_to == "2017-03-10T00:00:00Z");
    CHECK(archive.bodies == std::vector<std::string>{first, last});
    auto const requests = api_requests();
    CHECK(requests.at(1).url == "https://api.example/v1/analytics/licenses/usage?page=2");
    CHECK(header_of(requests[0], "MS-RequestId") != header_of(requests[1], "MS-RequestId"));
    CHECK(header_of(requests[0], "MS-CorrelationId") != header_of(requests[1], "MS-CorrelationId"));
}

TEST_CASE_FIXTURE(Fetching, "a continuation token goes back with the next request and with no other")
{
    auto first = page_before("/analytics/licenses/usage", {good_row()});
    first.insert(first.size() - 3, R"(,"headers":[{"key":"MS-ContinuationToken","value":"tok=="}])");
    grant();
    transport.answer(200, first);
    transport.answer(200, page_before(second_page, {on_day("2017-03-01")}));
    transport.answer(200, page({on_day("2017-03-02")}));
    CHECK(fetch().rows == 3);
    CHECK(header_of(api_requests().at(1), "MS-ContinuationToken") == "tok==");
    CHECK(header_of(api_requests().at(2), "MS-ContinuationToken").empty());
}

TEST_CASE_FIXTURE(Fetching, "a loop of pages is refused")
{
    struct Case {
        std::string_view from_first;
        std::string_view from_second;
    };
    static constexpr Case cases[] = {
        {"/analytics/licenses/usage?page=2", "/v1/analytics/licenses/usage"},
        {"/analytics/licenses/usage?page=2", "/analytics/licenses/usage?page=2"},
        {"/analytics/licenses/usage?page=2", "https://API.example/v1/analytics/licenses/usage?page=2#again"},
    };
    grant();
    for (auto const& each : cases) {
        CAPTURE(each.from_second);
        transport.answer(200, page_before(each.from_first, {good_row()}));
        transport.answer(200, page_before(each.from_second, {on_day("2017-03-01")}));
        CHECK(failure().category() == ErrorCategory::data);
        CHECK(transport.done());
    }
}

TEST_CASE_FIXTURE(Fetching, "a page that comes again under another URL is refused")
{
    grant();
    transport.answer(200, page_before(second_page, {good_row()}));
    transport.answer(200, page_before("/analytics/licenses/usage?page=3", {good_row()}));
    CHECK(std::string{failure().what()}.starts_with("the pages do not end"));
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fetching, "a link to another origin is refused and nothing is sent there")
{
    grant();
    transport.answer(200, page_before("https://evil.example/v1/analytics/licenses/usage", {good_row()}));
    CHECK(failure().category() == ErrorCategory::data);
    CHECK(api_requests().size() == 1);
}

TEST_CASE_FIXTURE(Fetching, "a later page that fails is the failure of the snapshot")
{
    struct Case {
        int status;
        std::string body;
        ErrorCategory category;
    };
    Case const cases[] = {
        {404, "", ErrorCategory::http},           {403, "", ErrorCategory::auth}, {200, "<html>", ErrorCategory::data},
        {200, page({"{}"}), ErrorCategory::data}, {204, "", ErrorCategory::http}, {302, "", ErrorCategory::http},
    };
    grant();
    for (auto const& each : cases) {
        CAPTURE(each.status);
        transport.answer(200, page_before(second_page, {good_row()}));
        transport.answer(each.status, each.body);
        CHECK(failure().category() == each.category);
        CHECK(transport.done());
    }
}

} // namespace usaged::test
