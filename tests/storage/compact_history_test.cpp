#include "storage/ended_series.h"
#include "tests/storage/store_fixture.h"

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include <random>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

std::string const series = "service_code, channel, customer_tenant_id, product_id, workload_code";

/// A snapshot of some dates in a row with some series, each of which may be missing and may have another name.
std::vector<Fields> random_rows(std::mt19937& random)
{
    auto const below = [&](unsigned limit) { return static_cast<unsigned>(random()) % limit; };
    auto const name = [&](std::string const& key) { return key + (below(4) == 0 ? " renamed" : ""); };
    std::vector<Fields> rows;
    auto const first = below(6);
    for (auto day = first; day <= first + below(3); ++day) {
        for (unsigned number = 0; number < 16; ++number) {
            if (below(3) == 0) continue;
            std::string const service{number & 1u ? "o365" : "crm"};
            std::string const customer{number & 2u ? "c1" : "c2"};
            std::string const product{number & 4u ? "p1" : "p2"};
            std::string const workload{number & 8u ? "w1" : "w2"};
            rows.push_back({{"processed_date_time", "2026-07-0" + std::to_string(day + 1) + "T00:00:00Z"},
                            {"service_code", service},
                            {"service_name", name(service)},
                            {"customer_tenant_id", customer},
                            {"customer_name", name(customer)},
                            {"product_id", product},
                            {"product_name", name(product)},
                            {"workload_code", workload},
                            {"workload_name", name(workload)},
                            {"licenses_active", std::to_string(below(3))}});
        }
    }
    return rows;
}

/// The rows of a view, in the order of their key.
std::string sorted(fs::path const& database, std::string const& select)
{
    return query(database, select + " ORDER BY processed_date_time, " + series);
}

std::string plain_latest()
{
    return "SELECT * FROM licenses_usage WHERE (processed_date_time, " + series +
           ") IN (SELECT max(processed_date_time), " + series + " FROM licenses_usage GROUP BY " + series + ")";
}

std::string change(std::string const& previous_date, std::string const& previous_active, std::string const& rest)
{
    return "SELECT processed_date_time, customer_name, licenses_active, " + previous_date + ", " + previous_active +
           ", licenses_active - " + previous_active + " FROM " + rest;
}

} // namespace

TEST_CASE("whatever comes and goes and is renamed, each key is one row and the views agree with the rows")
{
    for (unsigned seed = 1; seed <= 8; ++seed) {
        CAPTURE(seed);
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        SqliteStore store{database};
        std::mt19937 random{seed};
        for (int number = 0; number < 12; ++number) {
            CAPTURE(number);
            poll(store, licences(), {body_of(licences(), random_rows(random))});
            CHECK(query(database, "SELECT count(*) FROM licenses_usage GROUP BY processed_date_time, " + series +
                                      " HAVING count(*) > 1")
                      .empty());
            CHECK(sorted(database, "SELECT * FROM latest_licenses_usage") == sorted(database, plain_latest()));
            CHECK(sorted(database,
                         change("previous_processed_date_time", "previous_licenses_active", "licenses_usage_change")) ==
                  sorted(database, change("lag(processed_date_time) OVER before", "lag(licenses_active) OVER before",
                                          "licenses_usage WINDOW before AS (PARTITION BY " + series +
                                              " ORDER BY processed_date_time)")));
        }
    }
}

TEST_CASE("the last snapshot is what the newest rows say, and what it replaced is in the revisions")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    std::mt19937 random{1};
    std::int64_t changed = 0;
    for (int number = 0; number < 20; ++number) {
        auto const before = query(database, "SELECT count(*) FROM licenses_usage");
        auto const outcome = poll(store, licences(), {body_of(licences(), random_rows(random))});
        CHECK(std::stoll(before) + outcome.inserted ==
              std::stoll(query(database, "SELECT count(*) FROM licenses_usage")));
        changed += outcome.changed;
        CHECK(std::stoll(query(database, "SELECT count(*) FROM licenses_usage_revision")) == changed);
    }
    CHECK(changed > 0);
    CHECK(query(database, "SELECT count(*) FROM licenses_usage_revision WHERE poll_id >= replaced_poll_id") == "0");
}

TEST_CASE("ended series that are found again from all rows are those that were kept")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    std::mt19937 random{2};
    for (int number = 0; number < 8; ++number) poll(store, licences(), {body_of(licences(), random_rows(random))});
    auto const kept = query(database, "SELECT * FROM licenses_usage_ended");
    REQUIRE(!kept.empty());
    SQLite::Database connection{database.string(), SQLite::OPEN_READWRITE, 2000};
    EndedSeries{connection, licences()}.rebuild();
    CHECK(query(database, "SELECT * FROM licenses_usage_ended") == kept);
}

} // namespace usaged::test
