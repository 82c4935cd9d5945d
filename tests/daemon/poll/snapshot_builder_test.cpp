#include "tests/daemon/poll/fetching.h"

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string on_day(std::string const& day)
{
    return row_with("processedDateTime", '"' + day + '"');
}

std::string const second_page = "/analytics/licenses/usage?page=2";

} // namespace

TEST_CASE_FIXTURE(Fetching, "rows that are sent twice are counted, across pages too")
{
    grant();
    transport.answer(200, page_before(second_page, {good_row(), on_day("2017-03-01")}));
    transport.answer(200, page({on_day("2017-03-01"), on_day("2017-03-02")}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 4);
    CHECK(snapshot.repeated == 1);
    CHECK(log_lines("repeated_rows").size() == 1);
}

TEST_CASE_FIXTURE(Fetching, "a stop ends the comparison of rows after the page that is looked at")
{
    grant();
    for (int i = 2; i < 10; ++i) {
        auto const next = "/analytics/licenses/usage?page=" + std::to_string(i);
        transport.answer(200, page_before(next, {good_row(), on_day("2017-03-0" + std::to_string(i))}));
    }
    transport.answer(200, page({good_row()}));
    archive.on_read = [this] {
        if (archive.reads == 2) stop.emit(boost::asio::cancellation_type::terminal);
    };
    CHECK_THROWS_AS(fetch(), boost::system::system_error);
    CHECK(archive.reads == 2);
}

TEST_CASE_FIXTURE(Fetching, "others get their turn between the pages that are compared")
{
    grant();
    transport.answer(200, page_before(second_page, {good_row(), on_day("2017-03-01")}));
    transport.answer(200, page({good_row()}));
    std::size_t turns = 0;
    archive.on_read = [&] { boost::asio::post(io, [&] { turns += archive.reads; }); };
    fetch();
    CHECK(archive.reads == 2);
    CHECK(turns == 1 + 2);
}

TEST_CASE_FIXTURE(Fetching,
                  "rows that contradict each other refuse the snapshot, with the ids of the later one's request")
{
    grant();
    transport.answer(200, page_before(second_page, {good_row()}));
    transport.answer(
        200, page_before("/analytics/licenses/usage?page=3", {row_with("proratedLicensesUsagePercent", "0.75")}));
    transport.answer(200, page({on_day("2017-03-01")}));
    auto const error = failure();
    CHECK(error.category() == ErrorCategory::data);
    auto const request = api_requests().at(1);
    CHECK(error.ids().request_id == header_of(request, "MS-RequestId"));
    CHECK(error.ids().correlation_id == header_of(request, "MS-CorrelationId"));
}

TEST_CASE_FIXTURE(Fetching, "a page that is refused comes with the ids of its request")
{
    grant();
    transport.answer(200, page_before(second_page, {good_row()}));
    transport.answer(200, "<html>");
    auto const error = failure();
    CHECK(error.category() == ErrorCategory::data);
    auto const request = api_requests().at(1);
    CHECK_FALSE(error.ids().request_id.empty());
    CHECK(error.ids().request_id == header_of(request, "MS-RequestId"));
    CHECK(error.ids().correlation_id == header_of(request, "MS-CorrelationId"));
    CHECK(error.ids().request_id != header_of(api_requests().at(0), "MS-RequestId"));
}

TEST_CASE_FIXTURE(Fetching, "a page that is refused is named where there are others")
{
    grant();
    transport.answer(200, page({"{}"}));
    CHECK(std::string{failure().what()}.starts_with("items[0]"));
    transport.answer(200, page_before(second_page, {good_row()}));
    transport.answer(200, page({"{}"}));
    CHECK(std::string{failure().what()}.starts_with("page 2: items[0]"));
}

TEST_CASE_FIXTURE(Fetching, "the unknown fields of all pages are named, each once")
{
    grant();
    transport.answer(200, page_before(second_page, {row_and("\"new\":1"), on_day("2017-03-01")}));
    transport.answer(200, page({on_day("2017-03-02").replace(0, 1, "{\"new\":2,\"newer\\n\":3,")}));
    CHECK(fetch().unknown_fields == std::vector<std::string>{"new", "newer\\x0a"});
}

TEST_CASE_FIXTURE(Fetching, "what a server thinks of does not fill the memory with names")
{
    grant();
    for (int i = 0; i < 2000; i += 100) {
        std::string members = "\"f" + std::to_string(i) + "\":0";
        for (int j = i + 1; j < i + 100; ++j) members += ",\"f" + std::to_string(j) + "\":0";
        auto const row = on_day("2017-01-" + std::to_string(10 + i / 100));
        transport.answer(200, page_before("/analytics/licenses/usage?page=" + std::to_string(i), {with(row, members)}));
    }
    transport.answer(200, page({}));
    CHECK(fetch().unknown_fields.size() == 1000);
}

TEST_CASE_FIXTURE(Fetching, "the warning about an unknown field names it and its dataset")
{
    log.write(unknown_field(usage(), "newer"));
    auto const lines = log_lines("the field newer is new to this version");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("<4>"));
    CHECK(lines[0].find("dataset=partner_licenses_usage") != std::string::npos);
}

TEST_CASE_FIXTURE(Fetching, "what is odd but acceptable is warned of")
{
    settings.rules = {true, true};
    grant();
    auto body = page({row_with("proratedLicensesUsagePercent", "101"), "{}"});
    body.replace(body.find(":2"), 2, ":7");
    transport.answer(200, body);
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 1);
    CHECK(snapshot.bad_rows == 1);
    CHECK(log_lines("bad_rows").size() == 1);
    CHECK(log_lines("count_mismatch").size() == 1);
    CHECK(log_lines("percent_over_100").size() == 1);
}

TEST_CASE_FIXTURE(Fetching, "each kind of oddity is one warning, on however many pages")
{
    settings.rules = {true, true};
    grant();
    for (int i = 0; i < 3; ++i) {
        auto const day = '"' + std::string{"2017-03-0"} + std::to_string(i + 1) + '"';
        auto body = page_before("/analytics/licenses/usage?page=" + std::to_string(i),
                                {row_with("processedDateTime", day), row_with("proratedLicensesUsagePercent", "-1")});
        transport.answer(200, body.replace(body.find(":2"), 2, ":9"));
    }
    transport.answer(200, page({}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 3);
    CHECK(snapshot.bad_rows == 3);
    CHECK(log_lines("3 bad rows left out, the first: items[1]").size() == 1);
    CHECK(log_lines("the server counts 9 items and sends 2").size() == 1);
    CHECK(log_lines().size() == 2);
}

} // namespace usaged::test
