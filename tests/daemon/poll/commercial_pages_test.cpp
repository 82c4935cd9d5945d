#include "tests/daemon/poll/fetching.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string const path = "/partner/v1/analytics/commercial/usage/license";
std::string const all_rows = path + "?top=10000&skip=0";

struct Fixture : Fetching {
    Fixture()
    {
        choose("licenses_usage");
        grant();
    }
};

std::string product(std::size_t number)
{
    auto const digits = std::to_string(number);
    return commercial_row("productId",
                          "\"00000000-0000-0000-0000-" + std::string(12 - digits.size(), '0') + digits + "\"");
}

/// Rows of products numbered from `first`.
std::vector<std::string> products(std::size_t first, std::size_t count)
{
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < count; ++i) rows.push_back(product(first + i));
    return rows;
}

std::string linking(std::vector<std::string> const& rows, std::string_view link)
{
    return value_page(rows, R"(,"@nextLink":")" + std::string{link} + "\"");
}

} // namespace

TEST_CASE_FIXTURE(Fixture, "a page that is not full is the last one")
{
    transport.answer(200, value_page(products(0, 3)));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 3);
    CHECK(snapshot.pages.size() == 1);
    CHECK(targets() == std::vector<std::string>{all_rows});
    CHECK(snapshot.data_to == "2018-10-14T00:00:00Z");
}

TEST_CASE_FIXTURE(Fixture, "links are followed to the last page, however they are written")
{
    for (std::string const& link :
         {"https://api.example" + path + "?top=2&skip=2", path + "?top=2&skip=2", std::string{"?top=2&skip=2"},
          std::string{"license?top=2&skip=2"}, "//api.example" + path + "?top=2&skip=2"}) {
        CAPTURE(link);
        transport.answer(200, linking(products(0, 2), link));
        transport.answer(200, value_page(products(2, 1)));
        CHECK(fetch().rows == 3);
        CHECK(targets().back() == path + "?top=2&skip=2");
        CHECK(transport.done());
    }
}

TEST_CASE_FIXTURE(Fixture, "full pages without a link are followed by skip, until one is not full")
{
    transport.answer(200, value_page(products(0, 10000)));
    transport.answer(200, value_page(products(10000, 10000)));
    transport.answer(200, value_page(products(20000, 1)));
    CHECK(fetch().rows == 20001);
    CHECK(targets() ==
          std::vector<std::string>{all_rows, path + "?top=10000&skip=10000", path + "?top=10000&skip=20000"});
}

TEST_CASE_FIXTURE(Fixture, "after exactly one full page an empty one ends the snapshot")
{
    transport.answer(200, value_page(products(0, 10000)));
    transport.answer(200, value_page({}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 10000);
    CHECK(snapshot.pages.size() == 2);
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "pages by link and pages by skip go together")
{
    transport.answer(200, linking(products(0, 5), "?skip=5&top=10000"));
    transport.answer(200, value_page(products(5, 10000)));
    transport.answer(200, linking(products(10005, 2), "?skip=10007"));
    transport.answer(200, value_page({}));
    CHECK(fetch().rows == 10007);
    CHECK(targets() == std::vector<std::string>{all_rows, path + "?skip=5&top=10000", path + "?top=10000&skip=10005",
                                                path + "?skip=10007"});
}

TEST_CASE_FIXTURE(Fixture, "an empty page that links to another one is not the last one")
{
    transport.answer(200, linking({}, "?skip=0&top=1"));
    transport.answer(200, linking(products(0, 1), "?skip=1&top=1"));
    transport.answer(200, linking({}, "?skip=2&top=1"));
    transport.answer(200, value_page(products(1, 2)));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 3);
    CHECK(snapshot.pages.size() == 4);
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "a page that is not full is not the last one while the server counts more rows")
{
    transport.answer(200, value_page(products(0, 5), R"(,"TotalCount":11)"));
    transport.answer(200, value_page(products(5, 5), R"(,"TotalCount":11)"));
    transport.answer(200, value_page(products(10, 1), R"(,"TotalCount":11)"));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 11);
    CHECK(snapshot.degraded.empty());
    CHECK(targets() == std::vector<std::string>{all_rows, path + "?top=10000&skip=5", path + "?top=10000&skip=10"});
}

TEST_CASE_FIXTURE(Fixture, "rows that the server counts and never sends degrade the poll")
{
    transport.answer(200, value_page(products(0, 5), R"(,"TotalCount":11)"));
    transport.answer(200, value_page({}, R"(,"TotalCount":0)"));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 5);
    CHECK(snapshot.degraded == "the server counts 11 rows and sends 5");
    transport.answer(200, value_page({}, R"(,"TotalCount":2)"));
    CHECK(fetch().degraded == "the server counts 2 rows and sends 0");
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "a later page that fails leaves no snapshot")
{
    transport.answer(200, linking(products(0, 2), "?skip=2"));
    transport.answer(404, "");
    CHECK(failure().http_status() == 404);
    transport.answer(200, value_page(products(0, 10000)));
    transport.answer(400, "");
    CHECK(failure().http_status() == 400);
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "a link to another origin or path is refused and nothing is sent there")
{
    for (std::string const& link :
         {std::string{"https://attacker.example"} + path, std::string{"http://api.example"} + path,
          std::string{"https://api.example:8443"} + path, std::string{"/v1/customers?size=500"},
          std::string{"../../deployment/license"}, std::string{"https://user@api.example"} + path}) {
        CAPTURE(link);
        auto const before = api_requests().size();
        transport.answer(200, linking(products(0, 1), link));
        auto const error = failure();
        CHECK(error.category() == ErrorCategory::data);
        CHECK(std::string{error.what()}.starts_with("@nextLink "));
        CHECK(api_requests().size() == before + 1);
    }
}

TEST_CASE_FIXTURE(Fixture, "pages that do not end are refused, by link and by skip")
{
    transport.answer(200, linking(products(0, 1), all_rows));
    CHECK(failure().category() == ErrorCategory::data);
    transport.answer(200, linking(products(0, 1), "?skip=1"));
    transport.answer(200, linking(products(1, 1), "?skip=1"));
    CHECK(failure().category() == ErrorCategory::data);
    transport.answer(200, value_page(products(0, 10000)));
    transport.answer(200, value_page(products(0, 10000), R"(,"TotalCount":20000)"));
    CHECK(std::string{failure().what()}.starts_with("the pages do not end"));
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "a page that comes again under another URL is refused")
{
    transport.answer(200, linking(products(0, 2), "?skip=2"));
    transport.answer(200, linking(products(0, 2), "?skip=3"));
    CHECK(std::string{failure().what()}.starts_with("the pages do not end"));
    transport.answer(200, value_page(products(0, 5), R"(,"TotalCount":8)"));
    transport.answer(200, value_page(products(0, 5), R"(,"TotalCount":8)"));
    CHECK(std::string{failure().what()}.starts_with("the pages do not end"));
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fixture, "two hundred pages are read without looking at one twice")
{
    for (std::size_t i = 0; i < 200; ++i)
        transport.answer(200, linking(products(i, 1), "?skip=" + std::to_string(i + 1)));
    transport.answer(200, value_page({}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 200);
    CHECK(snapshot.pages.size() == 201);
    CHECK(archive.reads == 0);
}

TEST_CASE_FIXTURE(Fixture, "a count is odd only if it is neither that of the page nor that of the query")
{
    struct Case {
        std::string first;
        std::string second;
        bool odd;
    };
    static Case const cases[] = {
        {"2", "1", false}, {"3", "3", false}, {"2", "3", false}, {"4", "1", true}, {"3", "2", true}};
    for (auto const& each : cases) {
        CAPTURE(each.first);
        CAPTURE(each.second);
        auto const before = log_lines("count_mismatch").size();
        transport.answer(200, value_page(products(0, 2), R"(,"@nextLink":"?skip=2","TotalCount":)" + each.first));
        transport.answer(200, value_page(products(2, 1), R"(,"TotalCount":)" + each.second));
        if (each.first == "4") transport.answer(200, value_page({}));
        CHECK(fetch().rows == 3);
        CHECK(transport.done());
        CHECK((log_lines("count_mismatch").size() == before + 1) == each.odd);
    }
}

TEST_CASE_FIXTURE(Fixture, "progress is told after each page, with the server's count if that is of the query")
{
    transport.answer(200, value_page(products(0, 2), R"(,"@nextLink":"?skip=2","TotalCount":3)"));
    transport.answer(200, value_page(products(2, 1), R"(,"TotalCount":1)"));
    fetch();
    REQUIRE(progress.size() == 2);
    CHECK(progress[0].unit == "rows");
    CHECK(progress[0].done == 2);
    CHECK(progress[0].total == 3);
    CHECK(progress[1].done == 3);
    CHECK_FALSE(progress[1].total);
}

} // namespace usaged::test
