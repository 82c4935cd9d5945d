#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {

TEST_CASE("an archived page is read back byte for byte, with room for the decoder")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const poll = store.begin_poll(usage(), Trigger::manual, at("2026-07-01T00:00:00Z"));
    std::vector<std::string> const bodies{"", "x", std::string(3'000'000, 'a'), std::string{"\xef\xbb\xbf{\0}", 6}};
    std::size_t number = 0;
    for (auto const& body : bodies) {
        CAPTURE(body.size());
        auto const read = store.read_page(store.archive_page(poll, number++, body, {}, at("2026-07-01T00:00:00Z")));
        CHECK((read == body));
        CHECK(read.capacity() >= body.size() + 64);
    }
}

TEST_CASE("identical bodies are archived once, and every poll that read them says so")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const body = usage_body({{}});
    poll(store, {body});
    poll(store, {body});
    CHECK(query(dir.path() / "usage.db", "SELECT count(*), sum(bytes) FROM raw_payload") ==
          "1|" + std::to_string(body.size()));
    CHECK(query(dir.path() / "usage.db", "SELECT poll_id, page, bytes FROM poll_page ORDER BY 1") ==
          "1|0|" + std::to_string(body.size()) + "\n2|0|" + std::to_string(body.size()));
}

TEST_CASE("a failed poll leaves no page, but the ones that another poll read stay")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}})});
    auto const fetched = fetch(store, {usage_body({{}}), usage_body({{}, {}})});
    store.fail_poll(fetched.poll, Error{ErrorCategory::network, "reset"}, at("2026-07-02T06:00:01Z"));
    CHECK(query(dir.path() / "usage.db", "SELECT poll_id, page FROM poll_page") == "1|0");
    CHECK(query(dir.path() / "usage.db", "SELECT count(*) FROM raw_payload") == "1");
}

TEST_CASE("a page is named by its SHA-256")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const poll = store.begin_poll(usage(), Trigger::manual, at("2026-07-01T00:00:00Z"));
    store.archive_page(poll, 0, "abc", {}, at("2026-07-01T00:00:00Z"));
    // FIPS 180-2, appendix B.1
    CHECK(query(dir.path() / "usage.db", "SELECT hex(sha256) FROM raw_payload") ==
          "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD");
}

TEST_CASE("a page that was damaged on the disk is reported, not decoded")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const fetched = fetch(store, {usage_body({{}})});
    for (auto const* damage :
         {"UPDATE raw_payload SET zstd = substr(zstd, 1, length(zstd) - 1)", "UPDATE raw_payload SET zstd = x'00'",
          "UPDATE raw_payload SET bytes = bytes + 1", "DELETE FROM raw_payload"}) {
        CAPTURE(damage);
        execute(database, damage);
        auto const error = error_of([&] { store.save(fetched.poll, usage(), {}, fetched.snapshot, Timestamp{}); });
        CHECK(error.category() == ErrorCategory::storage);
        CHECK(!error.remedy().empty());
    }
    CHECK(query(database, "SELECT count(*) FROM partner_licenses_usage") == "0");
}

TEST_CASE("pages that no poll read lately are dropped, and so are old calls")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    poll(store, {usage_body({{.percent = 1}}), usage_body({{.workload = "kept"}})}, Trigger::schedule,
         at("2026-07-01T00:00:00Z"));
    poll(store, {usage_body({{.percent = 2}}), usage_body({{.workload = "kept"}})}, Trigger::schedule,
         at("2026-07-09T00:00:00Z"));
    HttpCall call;
    for (auto const* start : {"2026-07-01T00:00:00Z", "2026-07-09T00:00:00Z"}) {
        call.started_at = at(start);
        store.record_call(PollId{1}, call);
    }
    store.drop_expired(at("2026-07-05T00:00:00Z"), at("2026-07-05T00:00:00Z"));
    CHECK(query(database, "SELECT archived_at FROM raw_payload ORDER BY id") ==
          "2026-07-01T00:00:00.000Z\n2026-07-09T00:00:00.000Z");
    CHECK(query(database, "SELECT poll_id FROM poll_page ORDER BY 1") == "2\n2");
    CHECK(query(database, "SELECT started_at FROM http_call") == "2026-07-09T00:00:00.000Z");
}

TEST_CASE("a poll that a wrong clock stamped long ago does not take the pages of earlier ones along")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    int percent = 0;
    for (auto const* start :
         {"2026-07-01T00:00:00Z", "2026-07-08T00:00:00Z", "1970-01-01T00:00:00Z", "2026-07-09T00:00:00Z"})
        poll(store, {usage_body({{.percent = double(++percent)}})}, Trigger::schedule, at(start));
    store.drop_expired(at("2026-07-05T00:00:00Z"), at("2026-07-05T00:00:00Z"));
    CHECK(query(database, "SELECT poll_id FROM poll_page ORDER BY 1") == "2\n4");
    CHECK(query(database, "SELECT archived_at FROM raw_payload ORDER BY id") ==
          "2026-07-08T00:00:00.000Z\n2026-07-09T00:00:00.000Z");
}

TEST_CASE("skipped customers of old polls are dropped, save those of each dataset's newest success")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    for (auto const* name : {"customer_licenses_usage", "customer_licenses_deployment"}) {
        auto const& dataset = *find_dataset(name);
        for (auto const trigger : {Trigger::schedule, Trigger::schedule, Trigger::backfill}) {
            auto const poll = store.begin_poll(dataset, trigger, at("2026-07-01T00:00:00Z"));
            Snapshot snapshot;
            snapshot.skipped = {{"a", "", "refused"}, {"b", "", "refused"}};
            store.save(poll, dataset, {}, snapshot, at("2026-07-01T00:00:01Z"));
        }
    }
    store.drop_expired(at("2026-07-01T00:00:00Z"), at("2026-07-01T00:00:00Z"));
    CHECK(query(database, "SELECT count(*) FROM skipped_customer") == "12");
    store.drop_expired(at("2026-08-01T00:00:00Z"), at("2026-08-01T00:00:00Z"));
    CHECK(query(database, "SELECT poll_id, count(*) FROM skipped_customer GROUP BY 1") == "2|2\n5|2");
    CHECK(query(database, "SELECT DISTINCT skipped_customers FROM ingest_health") == "2");
}

TEST_CASE("an unchanged snapshot is known by its pages after their bodies were dropped")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    SqliteStore store{database};
    auto const body = usage_body({{}});
    poll(store, {body}, Trigger::schedule, at("2026-07-01T00:00:00Z"));
    store.drop_expired(at("2026-08-01T00:00:00Z"), at("2026-08-01T00:00:00Z"));
    CHECK(query(database, "SELECT count(*) FROM raw_payload") == "0");
    auto const fetched = fetch(store, {body});
    execute(database, "DELETE FROM raw_payload"); // so that decoding it would fail
    CHECK(store.save(fetched.poll, usage(), {}, fetched.snapshot, Timestamp{}).outcome == Outcome::unchanged);
}

} // namespace usaged::test
