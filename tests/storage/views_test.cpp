#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

void save_three_dates(SqliteStore& store)
{
    poll(store, {usage_body({{.date = "2026-07-01T00:00:00Z", .percent = 1},
                             {.date = "2026-07-02T00:00:00Z", .percent = 3},
                             {.date = "2026-07-05T00:00:00Z", .percent = 2},
                             {.date = "2026-07-02T00:00:00Z", .service = "crm", .percent = 7},
                             {.date = "2026-07-01T00:00:00Z", .workload = "Teams", .percent = 9}})});
}

std::string plan(fs::path const& database, std::string const& sql)
{
    return query(database, "EXPLAIN QUERY PLAN " + sql);
}

bool holds(std::string const& text, std::string const& part)
{
    return text.find(part) != std::string::npos;
}

} // namespace

TEST_CASE("latest_… shows each series at its own newest processing date")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    CHECK(query(dir.path() / "usage.db", "SELECT * FROM latest_partner_licenses_usage").empty());
    save_three_dates(store);
    CHECK(query(dir.path() / "usage.db", "SELECT * FROM latest_partner_licenses_usage ORDER BY 3, 2") ==
          "2026-07-02T00:00:00Z|crm|Exchange|reseller|7.0||1|1\n"
          "2026-07-05T00:00:00Z|o365|Exchange|reseller|2.0||1|1\n"
          "2026-07-01T00:00:00Z|o365|Teams|reseller|9.0||1|1");
}

TEST_CASE("latest_… jumps from series to series by the whole of their names")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const steps = plan(dir.path() / "usage.db", "SELECT * FROM latest_partner_licenses_usage");
    CAPTURE(steps);
    CHECK(holds(steps, "((workload_name,service_name,channel)<(?,?,?))"));
    CHECK(!holds(steps, "TEMP B-TREE"));
}

TEST_CASE("…_change compares each row with the series' previous processing date")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    save_three_dates(store);
    CHECK(query(dir.path() / "usage.db",
                "SELECT processed_date_time, prorated_licenses_usage_percent, previous_processed_date_time,"
                " previous_prorated_licenses_usage_percent, prorated_licenses_usage_percent_change"
                " FROM partner_licenses_usage_change WHERE workload_name = 'Exchange' AND service_name = 'o365'"
                " ORDER BY 1") == "2026-07-01T00:00:00Z|1.0|||\n"
                                  "2026-07-02T00:00:00Z|3.0|2026-07-01T00:00:00Z|1.0|2.0\n"
                                  "2026-07-05T00:00:00Z|2.0|2026-07-02T00:00:00Z|3.0|-1.0");
}

TEST_CASE("a condition on …_change reaches an index")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    for (auto const* condition : {"workload_name = 'Exchange'", "processed_date_time >= '2026-07-01'"}) {
        auto const steps = plan(dir.path() / "usage.db",
                                std::string{"SELECT * FROM partner_licenses_usage_change WHERE "} + condition);
        CAPTURE(steps);
        CHECK(holds(steps, "SEARCH"));
        CHECK(!holds(steps, "SCAN"));
    }
}

TEST_CASE("a condition on what a row of a compact dataset is about reaches the rows by their key")
{
    struct Case {
        std::string condition;
        std::string step;
    };
    Case const cases[] = {
        {"customer_tenant_id = 'c'", "SEARCH row USING PRIMARY KEY (day=? AND customer=?)"},
        {"customer_name = 'c'", "SEARCH row USING PRIMARY KEY (day=? AND customer=?)"},
        {"processed_date_time = (SELECT max(processed_date_time) FROM licenses_usage)",
         "SEARCH row USING PRIMARY KEY (day=?)"},
        {"processed_date_time >= '2026-07-01'", "SEARCH row USING PRIMARY KEY (day=?)"},
        {"service_code = 'crm'", "SEARCH row USING PRIMARY KEY (day=?)"},
    };
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    for (auto const& [condition, step] : cases) {
        for (auto const* view : {"licenses_usage", "licenses_usage_change", "latest_licenses_usage"}) {
            auto const steps =
                plan(dir.path() / "usage.db", std::string{"SELECT * FROM "} + view + " WHERE " + condition);
            CAPTURE(view);
            CAPTURE(steps);
            CHECK(holds(steps, step));
            CHECK(!holds(steps, "SCAN row"));
        }
    }
}

TEST_CASE("a compact dataset looks the previous row of a series up, by the key")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const steps = plan(dir.path() / "usage.db", "SELECT * FROM licenses_usage_change");
    CAPTURE(steps);
    CHECK(holds(steps, "SEARCH earlier_day USING COVERING INDEX licenses_usage_day_by_service"));
    CHECK(holds(steps, "SEARCH earlier USING PRIMARY KEY (day=? AND customer=? AND product=? AND workload=?)"));
    CHECK(holds(steps, "SEARCH previous USING PRIMARY KEY (day=? AND customer=? AND product=? AND workload=?)"));
    // One that were made anew for each row would cost more than it saves.
    CHECK(!holds(steps, "BLOOM FILTER"));
}

TEST_CASE("a deployment shows its newest rows and its changes")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const& dataset = *find_dataset("partner_licenses_deployment");
    auto const row = [](std::string const& date, std::string const& service, std::string const& sold) {
        return Fields{{"processed_date_time", date}, {"service_name", service}, {"licenses_sold", sold}};
    };
    poll(store, dataset,
         {body_of(dataset, {row("2026-07-01T00:00:00Z", "o365", "10"), row("2026-07-02T00:00:00Z", "o365", "7"),
                            row("2026-07-01T00:00:00Z", "crm", "3")})});
    CHECK(query(database, "SELECT service_name, licenses_sold FROM latest_partner_licenses_deployment ORDER BY 1") ==
          "crm|3\no365|7");
    CHECK(query(database, "SELECT service_name, licenses_sold_change, prorated_deployment_percent_change"
                          " FROM partner_licenses_deployment_change ORDER BY service_name, processed_date_time") ==
          "crm||\no365||\no365|-3|0.0");
}

} // namespace usaged::test
