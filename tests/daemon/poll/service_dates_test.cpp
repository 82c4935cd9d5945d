#include "daemon/poll/service_dates.h"
#include "tests/daemon/poll/fetching.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

/// A row of a service and a processing date.
struct Dated {
    std::string service;
    std::string date;
};
using Pages = std::vector<std::vector<Dated>>;

std::string row_of(Dated const& dated)
{
    auto row = commercial_row("processedDateTime", '"' + dated.date + '"');
    auto const place = row.find("\"serviceCode\":");
    auto const begin = row.find('"', place + 14);
    return row.replace(begin, row.find('"', begin + 1) - begin + 1, '"' + dated.service + '"');
}

std::string change_in(Pages const& pages)
{
    auto const& dataset = *find_dataset("licenses_usage");
    ServiceDates dates{dataset};
    PageDecoder decoder{dataset};
    for (auto const& each : pages) {
        std::vector<std::string> rows;
        for (auto const& dated : each) rows.push_back(row_of(dated));
        decoder.decode(value_page(rows), {}, [&](Row const& row) { dates.note(row); });
        dates.end_page();
    }
    return dates.change();
}

struct Fixture : Fetching {
    Fixture()
    {
        choose("licenses_usage");
        grant();
    }

    void answer(std::vector<std::string> const& rows, std::string_view members)
    {
        transport.answer(200, value_page(rows, members));
    }
};

constexpr std::string_view linked = R"(,"@nextLink":"/partner/v1/analytics/commercial/usage/license?page=2")";

} // namespace

TEST_CASE("a newer date of a service that had one on all earlier pages is a change")
{
    std::string const day = "2018-10-14";
    std::string const next = "2018-10-15";
    CHECK(change_in({{{"a", day}}, {{"a", next}}}).find("service a changed") != std::string::npos);
    CHECK(change_in({{{"a", day}, {"b", day}}, {{"b", day}}, {{"a", day}, {"b", next}}}).find("service b changed") !=
          std::string::npos);
    CHECK(change_in({{{"a", day}}, {{"a", day}, {"a", next}}}).find("service a changed") != std::string::npos);
}

TEST_CASE("services of different dates, mixed dates, older dates and new services are no change")
{
    std::string const day = "2018-10-14";
    std::string const next = "2018-10-15";
    for (auto const& pages : {Pages{}, Pages{{{"a", day}, {"b", next}}, {{"a", day}, {"b", next}}},
                              Pages{{{"a", day}, {"a", next}}}, Pages{{{"a", day}, {"a", next}}, {{"a", next}}},
                              Pages{{{"a", next}}, {{"a", day}}, {{"a", next}}}, Pages{{{"a", day}}, {{"b", next}}}}) {
        CHECK(change_in(pages).empty());
    }
}

TEST_CASE_FIXTURE(Fixture,
                  "a date that changes between pages degrades the poll and says how to get what may be missing")
{
    answer({row_of({"o365", "2018-10-14"})}, linked);
    answer({row_of({"o365", "2018-10-16"})}, R"(,"@nextLink":null)");
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 2);
    CHECK(snapshot.degraded ==
          "the newest date of the service o365 changed from 2018-10-14T00:00:00Z to 2018-10-16T00:00:00Z between two "
          "pages, so rows of both may be missing: usaged backfill --from 2018-10-14 --to 2018-10-16 asks for them "
          "again");
}

TEST_CASE_FIXTURE(Fixture, "pages of one date degrade nothing")
{
    answer({row_of({"o365", "2018-10-14"})}, linked);
    answer({row_of({"crm", "2018-10-15"})}, R"(,"@nextLink":null)");
    CHECK(fetch().degraded.empty());
}

} // namespace usaged::test
