#include "tests/storage/store_fixture.h"

#include <doctest/doctest.h>

namespace usaged::test {

namespace {

Error const unavailable{ErrorCategory::http, "the server says 503"};

} // namespace

TEST_CASE("a dataset that was never polled has no history")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const history = store.history(usage());
    CHECK(!history.last_success);
    CHECK(!history.last_failure);
    CHECK(history.failures == 0);
    CHECK(!history.stopped);
    CHECK(!history.interrupted);
    CHECK(!store.last_good(usage()));
}

TEST_CASE("the last success is the start of the newest poll that ended well")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    failed_poll(store, at("2026-07-01T00:00:00Z"), unavailable);
    poll(store, {usage_body({{}})}, Trigger::schedule, at("2026-07-02T06:00:00.125Z"));
    auto const history = store.history(usage());
    CHECK(history.last_success == at("2026-07-02T06:00:00.125Z"));
    CHECK(!history.last_failure);
    CHECK(history.failures == 0);
}

TEST_CASE("failures in a row are counted from the last success, with the end and the request of the newest")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    failed_poll(store, at("2026-07-01T00:00:00Z"), unavailable);
    poll(store, {usage_body({{}})}, Trigger::schedule, at("2026-07-02T06:00:00Z"));
    failed_poll(store, at("2026-07-03T06:00:00Z"), Error{unavailable}.retry_after(std::chrono::seconds{10}));
    failed_poll(store, at("2026-07-03T06:05:00Z"), Error{unavailable}.retry_after(std::chrono::seconds{99}));
    auto const history = store.history(usage());
    CHECK(history.last_success == at("2026-07-02T06:00:00Z"));
    CHECK(history.last_failure == at("2026-07-03T06:05:00Z"));
    CHECK(history.failures == 2);
    CHECK(history.retry_after == std::chrono::seconds{99});
}

TEST_CASE("a stopped poll is no failure")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    failed_poll(store, at("2026-07-01T00:00:00Z"), unavailable);
    auto const poll = store.begin_poll(usage(), Trigger::schedule, at("2026-07-01T00:10:00Z"));
    store.stop_poll(poll, at("2026-07-01T00:10:01Z"));
    auto const history = store.history(usage());
    CHECK(history.stopped);
    CHECK(history.failures == 1);
    CHECK(history.last_failure == at("2026-07-01T00:00:00Z"));
    failed_poll(store, at("2026-07-01T00:20:00Z"), unavailable);
    CHECK(!store.history(usage()).stopped);
    CHECK(store.history(usage()).failures == 2);
}

TEST_CASE("a poll that a killed process left in hand is an interrupted one, as of its last request")
{
    TempDir dir;
    auto const database = dir.path() / "usage.db";
    auto const killed = in_child([&] {
        SqliteStore store{database};
        auto const poll = store.begin_poll(usage(), Trigger::startup, at("2026-07-01T00:00:00Z"));
        HttpCall call;
        call.started_at = at("2026-07-01T00:00:07Z");
        store.record_call(poll, call);
    });
    REQUIRE(killed == 0);
    SqliteStore store{database};
    auto const history = store.history(usage());
    CHECK(history.interrupted);
    CHECK(history.failures == 1);
    CHECK(history.last_failure == at("2026-07-01T00:00:07Z"));
    CHECK(query(database, "SELECT outcome, error_category FROM poll") == "failed|interrupted");
}

TEST_CASE("of a poll that was cut short the last wait that a server asked for is known, from when its answer came")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const poll = store.begin_poll(usage(), Trigger::schedule, at("2026-07-01T00:00:00Z"));
    CHECK(!store.history(usage()).cut_wait);
    HttpCall call;
    for (int const seconds : {7, 600}) {
        call.started_at = at("2026-07-01T00:00:00Z") + std::chrono::seconds{seconds};
        call.duration = std::chrono::milliseconds{250};
        call.retry_after = std::chrono::seconds{seconds};
        store.record_call(poll, call);
    }
    call.retry_after.reset();
    store.record_call(poll, call);
    for (bool const stopped : {false, true}) {
        CAPTURE(stopped);
        if (stopped) store.stop_poll(poll, at("2026-07-01T00:20:00Z"));
        auto const wait = store.history(usage()).cut_wait;
        REQUIRE(wait);
        CHECK(wait->at == at("2026-07-01T00:10:00.250Z"));
        CHECK(wait->wait == std::chrono::seconds{600});
    }
    failed_poll(store, at("2026-07-01T00:30:00Z"), unavailable);
    CHECK(!store.history(usage()).cut_wait);
}

TEST_CASE("backfill and replay neither put off the next poll nor serve as the snapshot to compare with")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}, {.workload = "B"}})}, Trigger::schedule, at("2026-07-02T06:00:00Z"));
    for (auto const trigger : {Trigger::backfill, Trigger::replay}) {
        CAPTURE(to_string(trigger));
        poll(store, {usage_body({{.date = "2026-01-01T00:00:00Z"}})}, trigger, at("2026-07-03T06:00:00Z"));
        CHECK(store.history(usage()).last_success == at("2026-07-02T06:00:00Z"));
        CHECK(store.last_good(usage()).value().rows == 2);
    }
}

TEST_CASE("the snapshot to compare with is the newest that was stored and is not degraded")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    poll(store, {usage_body({{}, {.workload = "B"}})}, Trigger::schedule, at("2026-07-02T06:00:00Z"));
    auto degraded =
        fetch(store, {usage_body({{.date = "2026-07-02T00:00:00Z"}})}, Trigger::schedule, at("2026-07-03T06:00:00Z"));
    degraded.snapshot.degraded = "half of the rows are gone";
    store.save(degraded.poll, usage(), {}, degraded.snapshot, at("2026-07-03T06:00:00Z"));
    failed_poll(store, at("2026-07-04T00:00:00Z"), unavailable);
    auto const good = store.last_good(usage()).value();
    CHECK(good.started_at == at("2026-07-02T06:00:00Z"));
    CHECK(good.rows == 2);
    CHECK(good.data_to == "2026-07-01T00:00:00Z");
}

TEST_CASE("how long polls have been degraded is counted from the first that was stored after the last good one")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const degrade = [&](std::string_view start) {
        auto fetched = fetch(store, {usage_body({{.date = "2026-07-02T00:00:00Z"}})}, Trigger::schedule, at(start));
        fetched.snapshot.degraded = "half of the rows are gone";
        store.save(fetched.poll, usage(), {}, fetched.snapshot, at(start));
    };
    degrade("2026-07-01T06:00:00Z");
    poll(store, {usage_body({{}, {.workload = "B"}})}, Trigger::schedule, at("2026-07-02T06:00:00Z"));
    CHECK(!store.last_good(usage()).value().degraded_since);
    failed_poll(store, at("2026-07-03T00:00:00Z"), unavailable);
    poll(store, {usage_body({{.date = "2026-01-01T00:00:00Z"}})}, Trigger::backfill, at("2026-07-03T01:00:00Z"));
    degrade("2026-07-03T06:00:00Z");
    degrade("2026-07-04T06:00:00Z");
    auto const good = store.last_good(usage()).value();
    CHECK(good.started_at == at("2026-07-02T06:00:00Z"));
    CHECK(good.degraded_since == at("2026-07-03T06:00:00Z"));
    poll(store, {usage_body({{}})}, Trigger::schedule, at("2026-07-05T06:00:00Z"));
    CHECK(!store.last_good(usage()).value().degraded_since);
}

TEST_CASE("a request is recorded with all that support asks for")
{
    TempDir dir;
    SqliteStore store{dir.path() / "usage.db"};
    auto const poll = store.begin_poll(usage(), Trigger::manual, at("2026-07-01T00:00:00Z"));
    HttpCall call;
    call.attempt = 2;
    call.method = "GET";
    call.url = "https://api.example/v1";
    call.status = 429;
    call.ids.request_id = "r";
    call.ids.correlation_id = "c";
    call.ms_cv = "cv";
    call.server_id = "server-1";
    call.retry_after = std::chrono::seconds{7};
    call.bytes = 11;
    call.started_at = at("2026-07-01T00:00:01Z");
    call.duration = std::chrono::milliseconds{250};
    store.record_call(poll, call);
    store.record_call(std::nullopt, HttpCall{});
    CHECK(query(dir.path() / "usage.db", "SELECT * FROM http_call WHERE id = 1") ==
          "1|1|2|GET|https://api.example/v1|429|r|c|cv|server-1|7|11|2026-07-01T00:00:01.000Z|250|");
    CHECK(query(dir.path() / "usage.db", "SELECT poll_id IS NULL, status IS NULL FROM http_call WHERE id = 2") ==
          "1|1");
}

} // namespace usaged::test
