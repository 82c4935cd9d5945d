#include "daemon/fault/error.h"
#include "daemon/poll/repeated_keys.h"
#include "tests/daemon/dataset/page_text.h"
#include "tests/support/run_coroutine.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using Pages = std::vector<std::vector<std::string>>;

/// Pages of rows, given as JSON, that arrive and are walked again as often as it takes.
class Walked {
public:
    explicit Walked(Pages const& pages, std::size_t room = 1000, std::size_t compared = 1000)
        : pages_{pages}, keys_{usage(), room, compared}
    {
    }

    std::int64_t repeated()
    {
        visit_all([this](std::size_t, Row const& row) { keys_.note(row); });
        RepeatedKeys::Walk const walk =
            [this](RepeatedKeys::PageRowVisitor const& visit) -> boost::asio::awaitable<void> {
            ++walks;
            visit_all(visit);
            co_return;
        };
        return run_coroutine(keys_.repeated(walk));
    }

    int walks = 0;

private:
    void visit_all(RepeatedKeys::PageRowVisitor const& visit)
    {
        PageDecoder decoder{usage()};
        for (std::size_t number = 0; number < pages_.size(); ++number)
            decoder.decode(page(pages_[number]), {}, [&](Row const& row) { visit(number, row); });
    }

    Pages pages_;
    RepeatedKeys keys_;
};

std::int64_t repeated(Pages const& pages)
{
    return Walked{pages}.repeated();
}

std::string exchange(std::string_view percent)
{
    return row_with("proratedLicensesUsagePercent", percent);
}

std::string workload(int number)
{
    return row_with("workloadName", "\"w" + std::to_string(number) + "\"");
}

/// Rows of `count` different keys.
std::vector<std::string> different(int count)
{
    std::vector<std::string> rows;
    for (int i = 0; i < count; ++i) rows.push_back(workload(i));
    return rows;
}

} // namespace

TEST_CASE("rows of different keys are looked at once")
{
    Walked walked{{different(1000)}, 1001};
    CHECK(walked.repeated() == 0);
    CHECK(walked.walks == 0);
    Walked none{{}};
    CHECK(none.repeated() == 0);
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
    auto const row = [](std::string const& service, std::string const& workload_name) {
        return R"({"proratedLicensesUsagePercent":1,"workloadName":")" + workload_name + R"(","serviceName":")" +
               service + R"(","processedDateTime":"2017-03-09","channel":"c"})";
    };
    CHECK(repeated({{row("a", "bc"), row("ab", "c"), row("bc", "a"), row("1:a", "b"), row("A", "bc")}}) == 0);
}

TEST_CASE("counts that differ contradict each other as percentages do")
{
    auto const& dataset = *find_dataset("licenses_usage");
    auto const body = value_page({commercial_row("licensesQualified", "5"), commercial_row("licensesQualified", "6")});
    RepeatedKeys keys{dataset};
    PageDecoder decoder{dataset};
    decoder.decode(body, {}, [&](Row const& row) { keys.note(row); });
    RepeatedKeys::Walk const walk = [&](RepeatedKeys::PageRowVisitor const& visit) -> boost::asio::awaitable<void> {
        decoder.decode(body, {}, [&](Row const& row) { visit(0, row); });
        co_return;
    };
    CHECK_THROWS_WITH_AS(run_coroutine(keys.repeated(walk)),
                         "page 1 Value[0] and page 1 Value[1] have the same key and different values", Error);
}

TEST_CASE("more rows than there is room for are looked at again, part by part, and none is missed")
{
    Pages pages(3, different(100));
    static constexpr std::size_t rooms[] = {8, 64, 100, 128, 250, 301};
    for (auto const room : rooms) {
        CAPTURE(room);
        Walked walked{pages, room};
        CHECK(walked.repeated() == 200);
        CHECK((room > 300) == (walked.walks == 1));
    }
    Walked all_different{{different(100)}, 64};
    CHECK(all_different.repeated() == 0);
    CHECK(all_different.walks > 0);
}

TEST_CASE("one key in all rows needs no more room than a few")
{
    Pages const pages(50, std::vector<std::string>(20, good_row()));
    Walked walked{pages, 16};
    CHECK(walked.repeated() == 999);
    CHECK(walked.walks == 1);
}

TEST_CASE("however many rows repeat others, one walk compares them")
{
    Walked walked{{different(100), different(100), different(50)}, 1000, 3};
    CHECK(walked.repeated() == 150);
    CHECK(walked.walks == 1);
}

TEST_CASE("of rows that contradict each other few are looked at again at a time")
{
    auto odd = different(100);
    for (auto& row : odd) row.replace(row.find("0.5"), 3, "0.7");
    Walked walked{{different(100), odd}, 1000, 3};
    CHECK_THROWS_AS(walked.repeated(), Error);
    CHECK(walked.walks == 2);
}

TEST_CASE("a contradiction is found in whatever part it is")
{
    for (int number = 0; number < 100; number += 9) {
        CAPTURE(number);
        auto odd = workload(number);
        odd.replace(odd.find("0.5"), 3, "0.7");
        Walked walked{{different(100), {odd}}, 16};
        CHECK_THROWS_AS(walked.repeated(), Error);
    }
}

} // namespace usaged::test
