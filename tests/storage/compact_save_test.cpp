#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

std::string const rows_of_licences = "SELECT processed_date_time, customer_tenant_id, customer_name, licenses_active,"
                                     " extra, first_poll_id, changed_poll_id FROM licenses_usage ORDER BY 1, 2, 3";

std::string const revisions = "SELECT processed_date_time, customer_name, licenses_active, poll_id, replaced_poll_id"
                              " FROM licenses_usage_revision ORDER BY replaced_poll_id, 1, 2";

Fields licence(std::string const& customer, std::string const& name, std::string const& active = "1",
               std::string const& date = "2026-07-01T00:00:00Z")
{
    return {{"customer_tenant_id", customer},
            {"customer_name", name},
            {"licenses_active", active},
            {"processed_date_time", date}};
}

SaveOutcome save(SnapshotStore& store, std::vector<Fields> const& rows)
{
    return poll(store, licences(), {body_of(licences(), rows)});
}

/// Inserted, changed and unchanged rows.
std::string counts(SaveOutcome const& outcome)
{
    return std::to_string(outcome.inserted) + " " + std::to_string(outcome.changed) + " " +
           std::to_string(outcome.unchanged);
}

std::string repeated_keys(fs::path const& database)
{
    return query(database, "SELECT count(*) FROM licenses_usage GROUP BY processed_date_time, service_code, channel,"
                           " customer_tenant_id, product_id, workload_code HAVING count(*) > 1");
}

} // namespace

TEST_CASE("rows of every dataset come back as they were sent")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        std::string expected;
        for (auto const& column : dataset.columns) {
            auto const text = std::string{column.optional ? std::string_view{} : column.name};
            if (column.type == ColumnType::timestamp)
                expected += "2026-07-01T00:00:00Z|";
            else if (column.type == ColumnType::percent)
                expected += "1.0|";
            else if (column.type == ColumnType::count)
                expected += "1|";
            else
                expected += text + "|";
        }
        auto const scope = dataset.collection == Collection::customers ? PageScope{"customer_id", {}, {}} : PageScope{};
        auto const outcome = poll(store, dataset, {body_of(dataset, {{{"new", "[1]"}}})}, Trigger::schedule,
                                  at("2026-07-02T06:00:00Z"), scope);
        CHECK(counts(outcome) == "1 0 0");
        auto const id = query(database, "SELECT max(id) FROM poll");
        CHECK(query(database, "SELECT * FROM " + std::string{dataset.name}) ==
              expected + "{\"new\":[1]}|" + id + "|" + id);
    }
}

TEST_CASE("an optional field that was not sent is NULL")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const& dataset = *find_dataset("customer_licenses_usage");
    PageScope const scope{"c", {}, {}};
    poll(store, dataset, {body_of(dataset, {{}})}, Trigger::schedule, at("2026-07-02T06:00:00Z"), scope);
    std::string const codes = "SELECT service_code IS NULL, workload_code FROM ";
    CHECK(query(database, codes + "customer_licenses_usage") == "1|");
    CHECK(query(database, codes + "latest_customer_licenses_usage") == "1|");
    CHECK(query(database, codes + "customer_licenses_usage_change") == "1|");
    poll(store, dataset, {body_of(dataset, {{{"service_code", "o365"}, {"workload_code", "EXO"}}})}, Trigger::schedule,
         at("2026-07-03T06:00:00Z"), scope);
    CHECK(query(database, codes + "customer_licenses_usage") == "0|EXO");
    CHECK(query(database, codes + "customer_licenses_usage_revision") == "1|");
}

TEST_CASE("rows of a compact dataset that are there already are not written again")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    auto const renamed = licence("c", "Carla", "1", "2026-07-02T00:00:00Z");
    {
        SqliteStore store{database};
        save(store, {licence("a", "Ann"), licence("b", "Bob"), licence("c", "Cat"), renamed});
    }
    SqliteStore store{database};
    auto const outcome = save(store, {renamed, licence("c", "Cat"), licence("b", "Bob"), licence("a", "Ann")});
    CHECK(outcome.outcome == Outcome::unchanged);
    CHECK(counts(outcome) == "0 0 4");
    CHECK(logged_pages(database, licences()) == 0);
    save(store, {licence("a", "Ann", "2")});
    CHECK(logged_pages(database, licences()) > 0);
}

TEST_CASE("a large snapshot of a compact dataset is stored whole and leaves a short write-ahead log")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    std::vector<std::string> pages;
    for (int number = 0; number < 6; ++number) {
        std::vector<Fields> rows;
        for (int row = 0; row < 5000; ++row) {
            auto const customer = std::to_string(row % 100) + "-" + std::to_string(number);
            auto fields = licence(customer, "Customer " + customer, std::to_string(row));
            fields["product_id"] = std::to_string(row / 100);
            rows.push_back(fields);
        }
        pages.push_back(body_of(licences(), rows));
    }
    CHECK(counts(poll(store, licences(), pages)) == "30000 0 0");
    CHECK(query(database, "SELECT count(*), count(DISTINCT customer_name), sum(licenses_active) FROM"
                          " latest_licenses_usage") == "30000|600|74985000");
    CHECK(std::filesystem::file_size(database.string() + "-wal") <= 4u << 20);
}

TEST_CASE("of many new rows each is stored once, whatever their order and however often they are sent")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    std::vector<Fields> rows;
    for (int customer = 0; customer < 100; ++customer) {
        auto const name = std::to_string(customer * 37 % 100);
        rows.push_back(licence(name, "of " + name, name));
        if (customer % 10 == 3) rows.back()["new"] = name;
        if (customer % 3 == 0) rows.push_back(rows[rows.size() / 2]);
    }
    CHECK(save(store, rows).inserted == 100);
    CHECK(query(database, "SELECT count(*), sum(licenses_active = customer_tenant_id),"
                          " sum(customer_name = 'of ' || customer_tenant_id), sum(extra IS NOT NULL),"
                          " min(first_poll_id), max(changed_poll_id) FROM licenses_usage") == "100|100|100|10|1|1");
    CHECK(query(database, "SELECT count(*) FROM licenses_usage_revision") == "0");
}

TEST_CASE("a restated value of a compact dataset keeps the old one as a revision")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto first = licence("a", "Ann", "5");
    first["more"] = "1";
    save(store, {first, licence("b", "Bob")});
    CHECK(counts(save(store, {licence("a", "Ann", "6"), licence("b", "Bob"), licence("c", "Cat")})) == "1 1 1");
    CHECK(query(database, rows_of_licences) == "2026-07-01T00:00:00Z|a|Ann|6||1|2\n"
                                               "2026-07-01T00:00:00Z|b|Bob|1||1|1\n"
                                               "2026-07-01T00:00:00Z|c|Cat|1||2|2");
    save(store, {licence("a", "Ann", "7")});
    CHECK(query(database, revisions) == "2026-07-01T00:00:00Z|Ann|5|1|2\n2026-07-01T00:00:00Z|Ann|6|2|3");
    CHECK(query(database, "SELECT extra, replaced_at FROM licenses_usage_revision LIMIT 1") ==
          "{\"more\":1}|2026-07-02T06:00:00.000Z");
}

TEST_CASE("a row that came after the first of its day says which poll brought it, also after a change")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    save(store, {licence("a", "Ann")});
    save(store, {licence("b", "Bob")});
    save(store, {licence("b", "Bob", "9")});
    CHECK(query(database, rows_of_licences) == "2026-07-01T00:00:00Z|a|Ann|1||1|1\n"
                                               "2026-07-01T00:00:00Z|b|Bob|9||2|3");
    CHECK(query(database, revisions) == "2026-07-01T00:00:00Z|Bob|1|2|3");
}

TEST_CASE("a new name is kept with the rows that came with it")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    save(store, {licence("a", "Ann", "1", "2026-07-01T00:00:00Z")});
    CHECK(counts(save(store, {licence("a", "Ann", "1", "2026-07-01T00:00:00Z"),
                              licence("a", "Anna", "2", "2026-07-02T00:00:00Z")})) == "1 0 1");
    CHECK(query(database, rows_of_licences) == "2026-07-01T00:00:00Z|a|Ann|1||1|1\n"
                                               "2026-07-02T00:00:00Z|a|Anna|2||2|2");
    CHECK(query(database, "SELECT customer_name, licenses_active FROM latest_licenses_usage") == "Anna|2");
    CHECK(query(database, "SELECT customer_name, licenses_active_change FROM licenses_usage_change ORDER BY 1") ==
          "Ann|\nAnna|1");
}

TEST_CASE("a restated name changes the row, whatever it is a name of")
{
    for (auto const* name : {"service_name", "customer_name", "product_name", "workload_name"}) {
        CAPTURE(name);
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        SqliteStore store{database};
        save(store, {{{name, "old"}}, {{"customer_tenant_id", "other"}}});
        CHECK(counts(save(store, {{{name, "new"}}, {{"customer_tenant_id", "other"}}})) == "0 1 1");
        CHECK(repeated_keys(database).empty());
        auto const rows = std::string{"SELECT "} + name + ", first_poll_id, changed_poll_id FROM ";
        CHECK(query(database, rows + "licenses_usage WHERE customer_tenant_id <> 'other'") == "new|1|2");
        CHECK(query(database, rows + "latest_licenses_usage WHERE customer_tenant_id <> 'other'") == "new|1|2");
        CHECK(query(database, std::string{"SELECT "} + name + ", poll_id FROM licenses_usage_revision") == "old|1");
        CHECK(counts(save(store, {{{name, "new"}}, {{"customer_tenant_id", "other"}}})) == "0 0 2");
        CHECK(counts(save(store, {{{name, "old"}, {"licenses_active", "3"}}})) == "0 1 0");
        CHECK(repeated_keys(database).empty());
    }
}

TEST_CASE("customers may swap their names")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    save(store, {licence("a", "Ann", "1"), licence("b", "Bob", "2")});
    CHECK(counts(save(store, {licence("a", "Bob", "1"), licence("b", "Ann", "2")})) == "0 2 0");
    CHECK(query(database, rows_of_licences) == "2026-07-01T00:00:00Z|a|Bob|1||1|2\n"
                                               "2026-07-01T00:00:00Z|b|Ann|2||1|2");
}

TEST_CASE("a key that stands twice in a snapshot, with two names, is one row")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    save(store, {{{"customer_name", "x"}, {"service_name", "s"}},
                 {{"customer_name", "y"}, {"service_name", "t"}},
                 {{"customer_name", "y"}, {"service_name", "s"}, {"workload_name", "w"}}});
    CHECK(query(database, "SELECT customer_name, service_name, workload_name FROM licenses_usage") == "y|s|w");
    CHECK(query(database, "SELECT count(*) FROM latest_licenses_usage") == "1");
    CHECK(query(database, "SELECT count(*) FROM licenses_usage_revision") == "2");
}

TEST_CASE("the newest and the oldest day of a series do not depend on the order in which dates arrive")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    for (auto const* date :
         {"2026-07-02T00:00:00Z", "2026-07-04T00:00:00Z", "2026-07-01T00:00:00Z", "2026-07-03T00:00:00Z"}) {
        save(store, {licence("a", "Ann", "1", date)});
    }
    save(store, {licence("b", "Bob", "1", "2026-07-02T00:00:00Z"), licence("b", "Bob", "2", "2026-07-01T00:00:00Z")});
    CHECK(query(database, "SELECT customer_name, processed_date_time FROM latest_licenses_usage ORDER BY 1") ==
          "Ann|2026-07-04T00:00:00Z\nBob|2026-07-02T00:00:00Z");
    CHECK(query(database, "SELECT customer_name, processed_date_time, previous_processed_date_time"
                          " FROM licenses_usage_change WHERE processed_date_time < '2026-07-03' ORDER BY 1, 2") ==
          "Ann|2026-07-01T00:00:00Z|\nAnn|2026-07-02T00:00:00Z|2026-07-01T00:00:00Z\n"
          "Bob|2026-07-01T00:00:00Z|\nBob|2026-07-02T00:00:00Z|2026-07-01T00:00:00Z");
}

TEST_CASE("services of one date are rows of their own")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    CHECK(counts(save(store, {{{"service_code", "o365"}}, {{"service_code", "crm"}}, {{"channel", "direct"}}})) ==
          "3 0 0");
    CHECK(query(database, "SELECT count(*) FROM licenses_usage_day") == "3");
    CHECK(query(database, "SELECT count(*) FROM latest_licenses_usage") == "3");
}

TEST_CASE("fields without a column are told of once for each dataset")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    using Names = std::vector<std::string>;
    CHECK(save(store, {{{"b", "1"}, {"a", "1"}}}).new_fields.size() == 2);
    CHECK(save(store, {{{"b", "2"}, {"c", "1"}}}).new_fields == Names{"c"});
    CHECK(poll(store, {usage_body({{.more = R"(,"b":1)"}})}).new_fields == Names{"b"});
    CHECK(query(database, "SELECT poll_id, dataset, event, field, at FROM schema_event WHERE poll_id > 1") ==
          "2|licenses_usage|new_field|c|2026-07-02T06:00:01.000Z\n"
          "3|partner_licenses_usage|new_field|b|2026-07-02T06:00:01.000Z");
}

TEST_CASE("customers that were left out are recorded with the poll, also if the rest is unchanged")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const body = body_of(licences(), {{}});
    poll(store, licences(), {body});
    auto fetched = fetch(store, licences(), {body});
    fetched.snapshot.skipped = {{"c1", "Contoso", "no relationship"}, {"c2", "", "gone"}};
    CHECK(store.save(fetched.poll, licences(), {}, fetched.snapshot, Timestamp{}).outcome == Outcome::unchanged);
    CHECK(query(database, "SELECT *, customer_name IS NULL FROM skipped_customer") ==
          "2|c1|Contoso|no relationship|0\n2|c2||gone|1");
}

TEST_CASE("the same pages with another scope are another snapshot")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const& dataset = *find_dataset("customer_licenses_deployment");
    auto const body = body_of(dataset, {{}});
    for (auto const* customer : {"c1", "c2"}) {
        auto const outcome =
            poll(store, dataset, {body}, Trigger::schedule, at("2026-07-02T06:00:00Z"), PageScope{customer, {}, {}});
        CHECK(outcome.outcome == Outcome::ok);
    }
    CHECK(query(database, "SELECT customer_id FROM customer_licenses_deployment ORDER BY 1") == "c1\nc2");
    CHECK(query(database, "SELECT customer_id, processed_date_time, groupby FROM poll_page") == "c1||\nc2||");
}

} // namespace usaged::test
