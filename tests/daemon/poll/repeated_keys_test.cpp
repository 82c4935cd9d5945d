#include "daemon/fault/error.h"
#include "daemon/poll/repeated_keys.h"
#include "tests/daemon/dataset/page_text.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

/// Both passes over pages of rows, given as JSON; the number of repeated rows.
std::int64_t repeated(std::vector<std::vector<std::string>> const& pages)
{
    RepeatedKeys keys{usage()};
    PageDecoder decoder{usage()};
    for (auto const& rows : pages) decoder.decode(page(rows), [&](Row const& row) { keys.note(row); });
    if (!keys.any()) return 0;
    for (std::size_t number = 0; number < pages.size(); ++number)
        decoder.decode(page(pages[number]), [&](Row const& row) { keys.compare(number, row); });
    return keys.repeated();
}

std::string exchange(std::string_view percent)
{
    return row_with("proratedLicensesUsagePercent", percent);
}

} // namespace

TEST_CASE("rows of different keys need no second pass")
{
    RepeatedKeys keys{usage()};
    CHECK_FALSE(keys.any());
    std::vector<std::string> rows;
    for (int i = 0; i < 1000; ++i) rows.push_back(row_with("workloadName", "\"w" + std::to_string(i) + "\""));
    CHECK(repeated({rows}) == 0);
}

TEST_CASE("rows with the same key and the same values are counted, within a page and across pages")
{
    CHECK(repeated({{exchange("0.5"), exchange("0.50")}}) == 1);
    CHECK(repeated({{exchange("0.5")}, {exchange("5e-1")}, {exchange("0.5")}}) == 2);
    CHECK(repeated({{row_and("\"new\":1"), row_and("\"new\": 1")}}) == 1);
    auto const same_instant = row_with("processedDateTime", "\"2017-03-09T01:00:00+01:00\"");
    CHECK(repeated({{good_row(), same_instant}}) == 1);
}

TEST_CASE("rows with the same key and different values contradict each other, and both places are named")
{
    std::string const reason = " have the same key and different values";
    CHECK_THROWS_WITH_AS(repeated({{exchange("0.5"), exchange("0.6")}}),
                         ("page 1 items[0] and page 1 items[1]" + reason).c_str(), Error);
    auto const other = row_with("workloadName", "\"other\"");
    CHECK_THROWS_WITH_AS(repeated({{other, exchange("0.5")}, {other, exchange("0.5"), exchange("0.6")}}),
                         ("page 1 items[1] and page 2 items[2]" + reason).c_str(), Error);
    CHECK_THROWS_AS(repeated({{good_row(), row_and("\"new\":1")}}), Error);
    CHECK_THROWS_AS(repeated({{row_and("\"new\":2"), row_and("\"new\":1")}}), Error);
}

TEST_CASE("texts that only look alike when joined are different keys")
{
    auto const row = [](std::string const& service, std::string const& workload) {
        return R"({"proratedLicensesUsagePercent":1,"workloadName":")" + workload + R"(","serviceName":")" + service +
               R"(","processedDateTime":"2017-03-09","channel":"c"})";
    };
    CHECK(repeated({{row("a", "bc"), row("ab", "c"), row("bc", "a"), row("1:a", "b"), row("A", "bc")}}) == 0);
}

} // namespace usaged::test
