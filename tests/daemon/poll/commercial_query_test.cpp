#include "tests/daemon/poll/fetching.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using std::chrono::sys_days;
using std::chrono::year;

std::string const path = "/partner/v1/analytics/commercial/usage/license";
std::string const other_path = "/v1/analytics/commercial/usage/license";
std::string const all_rows = "?top=10000&skip=0";
std::string const grouped_row = R"({"productName":"E3","licensesActive":3,"licensesQualified":5})";

std::string const not_o365 = "serviceCode%20ne%20%27o365%27";

/// A row of a service whose newest date is `date`.
std::string newest_row(std::string const& service, std::string const& date)
{
    auto row = commercial_row("serviceCode", '"' + service + '"');
    return row.replace(row.find("2018-10-14"), 10, date);
}

std::string grouped_by_id(std::string const& product)
{
    return R"({"productId":")" + product + R"(","licensesActive":3,"licensesQualified":5})";
}

struct Fixture : Fetching {
    Fixture()
    {
        choose("licenses_usage");
        grant();
    }
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "filter and date are asked for on every page, percent-encoded")
{
    query.filter = "channel eq 'Reseller' and customerName ne 'Bäcker & Söhne 100%'";
    date = sys_days{year{2026} / 2 / 3};
    std::vector<std::string> const full(10000, commercial_row());
    transport.answer(200, value_page(full));
    transport.answer(200, value_page({}));
    fetch();
    std::string const selected =
        "&filter=channel%20eq%20%27Reseller%27%20and%20customerName%20ne%20%27B%C3%A4cker%20%26%20"
        "S%C3%B6hne%20100%25%27&processedDateTime=2026-02-03";
    CHECK(targets() == std::vector<std::string>{path + all_rows + selected, path + "?top=10000&skip=10000" + selected});
}

TEST_CASE_FIXTURE(Fixture, "grouped rows are asked for with the date of the newest row, which is theirs")
{
    query.filter = "serviceCode eq 'o365'";
    query.groupby = {"serviceCode", "productName"};
    transport.answer(200, value_page({commercial_row()}, R"(,"@nextLink":"?top=1&skip=1","TotalCount":9)"));
    transport.answer(200, value_page({}));
    transport.answer(200, value_page({R"({"serviceCode":"o365",)" + grouped_row.substr(1)}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 1);
    CHECK(snapshot.degraded.empty());
    CHECK(snapshot.data_from == "2018-10-14T00:00:00Z");
    REQUIRE(snapshot.pages.size() == 1);
    CHECK(snapshot.pages[0].scope == PageScope{"", "2018-10-14T00:00:00Z", "serviceCode,productName"});
    std::string const filter = "&filter=serviceCode%20eq%20%27o365%27";
    CHECK(targets() ==
          std::vector<std::string>{path + "?top=1&skip=0" + filter,
                                   path + "?top=1&skip=0&filter=%28serviceCode%20eq%20%27o365%27%29%20and%20%28"
                                          "serviceCode%20ne%20%27o365%27%29",
                                   path + all_rows + filter + "&groupby=serviceCode,productName" +
                                       "&processedDateTime=2018-10-14"});
}

TEST_CASE_FIXTURE(Fixture, "services of different newest dates are each asked for at theirs")
{
    query.filter = "channel eq 'reseller'";
    query.groupby = {"productId"};
    for (auto const& row :
         {newest_row("crm", "2018-10-13"), newest_row("o365", "2018-10-14"), newest_row("it's", "2018-10-13")})
        transport.answer(200, value_page({row}));
    transport.answer(200, value_page({}));
    transport.answer(200, value_page({grouped_by_id("p1")}, R"(,"@nextLink":null,"TotalCount":2)"));
    transport.answer(200, value_page({grouped_by_id("p2")}));
    transport.answer(200, value_page({grouped_by_id("p1")}));
    auto const snapshot = fetch();
    CHECK(transport.done());
    CHECK(snapshot.rows == 3);
    CHECK(snapshot.degraded.empty());
    REQUIRE(snapshot.pages.size() == 3);
    CHECK(snapshot.pages[0].scope == PageScope{"", "2018-10-13T00:00:00Z", "productId"});
    CHECK(snapshot.pages[2].scope == PageScope{"", "2018-10-14T00:00:00Z", "productId"});
    std::string const both = "&filter=%28channel%20eq%20%27reseller%27%29%20and%20%28serviceCode%20eq%20%27";
    std::string const older = both + "crm%27%20or%20serviceCode%20eq%20%27it%27%27s%27%29&groupby=productId" +
                              "&processedDateTime=2018-10-13";
    CHECK(targets().at(4) == path + all_rows + older);
    CHECK(targets().at(5) == path + "?top=10000&skip=1" + older);
    CHECK(targets().at(6) == path + all_rows + both + "o365%27%29&groupby=productId&processedDateTime=2018-10-14");
}

TEST_CASE_FIXTURE(Fixture, "dates that cannot be learnt degrade the poll")
{
    query.groupby = {"productName"};
    transport.answer(200, value_page({commercial_row()}));
    transport.answer(200, value_page({commercial_row()}));
    transport.answer(200, value_page({grouped_row}));
    CHECK(fetch().degraded == "the server sends rows of the service o365 where the filter leaves it out, so other "
                              "services' dates are not known");
    for (int i = 0; i <= 50; ++i)
        transport.answer(200, value_page({newest_row("service-" + std::to_string(i), "2018-10-14")}));
    transport.answer(200, value_page({grouped_row}));
    CHECK(fetch().degraded == "there are more than 50 services, and the dates of the others are not known");
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "an empty answer to the question for the date is followed where it links to")
{
    query.groupby = {"productName"};
    transport.answer(200, value_page({}, R"(,"@nextLink":"?top=1&skip=1")"));
    transport.answer(200, value_page({commercial_row()}));
    transport.answer(200, value_page({}));
    transport.answer(200, value_page({grouped_row}));
    CHECK(fetch().rows == 1);
    CHECK(targets().at(1) == path + "?top=1&skip=1");
}

TEST_CASE_FIXTURE(Fixture, "a bad row is no answer to the question for the date, and no empty snapshot")
{
    query.groupby = {"productName"};
    for (bool const quarantine : {false, true}) {
        CAPTURE(quarantine);
        settings.rules.quarantine_bad_rows = quarantine;
        transport.answer(200, value_page({commercial_row("licensesQualified", "-1")}));
        auto const error = failure();
        CHECK(error.category() == ErrorCategory::data);
        CHECK(std::string{error.what()}.starts_with("question for the processing date: Value[0].licensesQualified "));
        CHECK(transport.done());
    }
    settings.rules.quarantine_bad_rows = true;
    transport.answer(200, value_page({commercial_row("licensesQualified", "-1"), commercial_row()}));
    transport.answer(200, value_page({}));
    transport.answer(200, value_page({grouped_row}));
    CHECK(fetch().rows == 1);
}

TEST_CASE_FIXTURE(Fixture, "a question for the date that is refused says that it was one")
{
    query.groupby = {"productName"};
    transport.answer(400, "");
    auto const error = failure();
    CHECK(error.http_status() == 400);
    CHECK(std::string{error.what()}.starts_with("question for the processing date: Partner Center "));
}

TEST_CASE_FIXTURE(Fixture, "where there are no rows there are no groups of rows")
{
    query.groupby = {"productName"};
    transport.answer(200, value_page({}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 0);
    CHECK(snapshot.pages.size() == 1);
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "a past date of grouped rows is that of the rows that the server has for it")
{
    query.groupby = {"productName"};
    date = sys_days{year{2018} / 10 / 1};
    transport.answer(200, value_page({commercial_row()}));
    transport.answer(200, value_page({}));
    transport.answer(200, value_page({grouped_row}));
    CHECK(fetch().data_to == "2018-10-14T00:00:00Z");
    CHECK(targets() ==
          std::vector<std::string>{path + "?top=1&skip=0&processedDateTime=2018-10-01",
                                   path + "?top=1&skip=0&filter=" + not_o365 + "&processedDateTime=2018-10-01",
                                   path + all_rows + "&groupby=productName&processedDateTime=2018-10-14"});
}

TEST_CASE_FIXTURE(Fixture,
                  "the other form of the path is tried once where there is nothing at the first, and remembered")
{
    transport.answer(404, R"({"statusCode":404,"message":"Resource not found"})");
    transport.answer(200, value_page({commercial_row()}, R"(,"@nextLink":"?skip=1")"));
    transport.answer(200, value_page({}));
    CHECK(fetch().rows == 1);
    transport.answer(200, value_page({commercial_row()}));
    CHECK(fetch().rows == 1);
    CHECK(targets() == std::vector<std::string>{path + all_rows, other_path + all_rows, other_path + "?skip=1",
                                                other_path + all_rows});
    CHECK(known_paths == KnownPaths{{"licenses_usage", other_path}});
}

TEST_CASE_FIXTURE(Fixture, "a form that is not there any more leads back to the other one")
{
    known_paths["licenses_usage"] = other_path;
    transport.answer(404, "");
    transport.answer(200, value_page({commercial_row()}));
    CHECK(fetch().rows == 1);
    CHECK(targets() == std::vector<std::string>{other_path + all_rows, path + all_rows});
    CHECK(known_paths["licenses_usage"] == path);
}

TEST_CASE_FIXTURE(Fixture, "no other form is tried after an answer that says more than that nothing is there")
{
    struct Case {
        int status;
        std::string body;
    };
    Case const cases[] = {{404, R"({"code":1000})"}, {404, R"({"code":"3000"})"}, {400, ""}, {403, ""}, {410, ""}};
    for (auto const& each : cases) {
        CAPTURE(each.status);
        transport.answer(each.status, each.body);
        CHECK(failure().http_status() == each.status);
        CHECK(transport.done());
    }
    CHECK(known_paths.empty());
}

TEST_CASE_FIXTURE(Fixture, "where neither form is known the fetch fails")
{
    transport.answer(404, "");
    transport.answer(404, "");
    CHECK(failure().http_status() == 404);
    CHECK(targets() == std::vector<std::string>{path + all_rows, other_path + all_rows});
}

TEST_CASE_FIXTURE(Fixture, "a path that is pinned is the only one")
{
    query.path = other_path;
    known_paths["licenses_usage"] = path;
    transport.answer(404, "");
    CHECK(failure().http_status() == 404);
    CHECK(targets() == std::vector<std::string>{other_path + all_rows});
}

TEST_CASE_FIXTURE(Fixture, "the form of the path is found by the question for the date, too")
{
    query.groupby = {"productName"};
    transport.answer(404, "");
    transport.answer(200, value_page({commercial_row()}));
    transport.answer(200, value_page({}));
    transport.answer(200, value_page({grouped_row}));
    CHECK(fetch().rows == 1);
    CHECK(targets().at(1) == other_path + "?top=1&skip=0");
    CHECK(targets().at(3).starts_with(other_path + all_rows));
}

} // namespace usaged::test
