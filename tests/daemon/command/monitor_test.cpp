#include "daemon/command/monitor.h"
#include "storage/sqlite_store.h"
#include "tests/daemon/metrics/sample.h"
#include "tests/support/free_port.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temp_dir.h"

#include <boost/asio/io_context.hpp>
#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 7 / 15} + 12h};
std::string const of_usage = "{dataset=\"partner_licenses_usage\"";

/// A monitor beside the store that polls go to.
struct Watched {
    TempDir directory;
    Config config = make_config();
    SqliteStore store{config.storage.sqlite_path};
    ManualClock clock{noon};
    boost::asio::io_context io;
    Monitor monitor{io.get_executor(), config, clock};
    Dataset const& dataset = *config.datasets.front().dataset;

    Config make_config()
    {
        Config made;
        made.datasets.push_back({&datasets().front(), {}, {}});
        made.storage.sqlite_path = directory.path() / "usage.db";
        made.state_dir = directory.path();
        made.metrics.listen = ListenAddress{"127.0.0.1", free_port()};
        return made;
    }

    /// A poll that brought nothing, which is degraded if it is said why.
    void succeed(std::string const& degraded = {})
    {
        PollResult result;
        result.poll = store.begin_poll(dataset, Trigger::schedule, clock.now());
        result.snapshot.degraded = degraded;
        result.saved = store.save(result.poll, dataset, {}, result.snapshot, clock.now());
        monitor.poll_stored(dataset, result, 1s);
    }

    void fail(Error const& error, bool recorded = true)
    {
        if (recorded) store.fail_poll(store.begin_poll(dataset, Trigger::schedule, clock.now()), error, clock.now());
        monitor.poll_failed(dataset, 1s);
        monitor.observer().failed(dataset, error);
    }

    ListenerReply ask(std::string const& target, std::string const& method = "GET",
                      std::string const& host = "localhost:9815") const
    {
        return monitor.answer({method, target, host});
    }

    int health() const { return ask("/healthz").status; }

    std::optional<double> metric(std::string const& series) const { return sample(ask("/metrics").body, series); }
};

} // namespace

TEST_CASE("healthz is 503 until the first poll has succeeded, then 200")
{
    Watched watched;
    CHECK(watched.health() == 503);
    CHECK(watched.ask("/healthz").body ==
          R"({"status":"failing","datasets":[{"dataset":"partner_licenses_usage","status":"failing",)"
          R"("reason":"there has been no poll yet"}],"refresh_token_problem":null})"
          "\n");
    watched.succeed();
    CHECK(watched.health() == 200);
    CHECK(watched.ask("/healthz").content_type == "application/json");
}

TEST_CASE("a failed poll turns healthz to 503, with the reason, until the next success")
{
    Watched watched;
    watched.succeed();
    watched.fail(Error{ErrorCategory::network, "no \"answer\""});
    CHECK(watched.health() == 503);
    CHECK(watched.ask("/healthz").body.find(R"("reason":"the last poll failed: no \"answer\"")") != std::string::npos);
    watched.succeed();
    CHECK(watched.health() == 200);
}

TEST_CASE("a failure that the database could not record turns healthz to 503 all the same")
{
    Watched watched;
    watched.succeed();
    watched.fail(Error{ErrorCategory::storage, "disk full"}, false);
    CHECK(watched.health() == 503);
    watched.succeed();
    CHECK(watched.health() == 200);
}

TEST_CASE("a database that cannot be read turns healthz to 503, until the loop finds that it can")
{
    Watched watched;
    watched.succeed();
    auto const& database = watched.config.storage.sqlite_path;
    auto const aside = watched.directory.path() / "aside";
    std::filesystem::rename(database, aside);
    watched.monitor.poll_failed(watched.dataset, 1s); // which makes it look
    CHECK(watched.health() == 503);
    CHECK(watched.ask("/healthz").body.find("the database cannot be read: ") != std::string::npos);
    std::filesystem::rename(aside, database);
    watched.monitor.observer().planned(watched.dataset, noon + 24h);
    CHECK(watched.health() == 200);
}

TEST_CASE("a daemon that is started knows from the database how things stand")
{
    Watched watched;
    watched.succeed();
    {
        Monitor const other{watched.io.get_executor(), watched.make_config(), watched.clock};
        CHECK(other.answer({"GET", "/healthz", "localhost"}).status == 200);
    }
    watched.fail(Error{ErrorCategory::auth, "sign in"});
    Monitor const other{watched.io.get_executor(), watched.make_config(), watched.clock};
    auto const reply = other.answer({"GET", "/healthz", "localhost"});
    CHECK(reply.status == 503);
    CHECK(reply.body.find("sign in") != std::string::npos);
}

TEST_CASE("healthz is 503 when no poll has succeeded for two intervals, whatever the last one was")
{
    Watched watched;
    watched.succeed();
    watched.clock.advance(49h);
    CHECK(watched.health() == 503);
    CHECK(watched.ask("/healthz").body.find("no poll has succeeded since 2026-07-15T12:00:00.000Z") !=
          std::string::npos);
}

TEST_CASE("a degraded poll keeps healthz at 200, and says why")
{
    Watched watched;
    watched.succeed("0 rows");
    CHECK(watched.health() == 200);
    CHECK(watched.ask("/healthz").body.find("the last poll is degraded: 0 rows") != std::string::npos);
    CHECK(watched.metric("usaged_degraded" + of_usage + "}") == 1);
    watched.succeed();
    CHECK(watched.metric("usaged_degraded" + of_usage + "}") == 0);
}

TEST_CASE("a refresh token that is not stored turns healthz to 503")
{
    Watched watched;
    watched.succeed();
    PollResult result;
    result.token_store_error = Error{ErrorCategory::storage, "the refresh token cannot be stored"};
    watched.monitor.poll_stored(watched.dataset, result, 1s);
    CHECK(watched.health() == 503);
    CHECK(watched.ask("/healthz").body.find(R"("refresh_token_problem":"the refresh token cannot be stored")") !=
          std::string::npos);
    CHECK(watched.metric("usaged_errors_total{category=\"storage\"}") == 1);
    watched.succeed();
    CHECK(watched.health() == 200);
}

TEST_CASE("metrics follow polls and the plans of the loop")
{
    Watched watched;
    watched.monitor.observer().planned(watched.dataset, noon + 24h);
    watched.succeed();
    watched.fail(Error{ErrorCategory::throttled, "wait"});
    CHECK(watched.metric("usaged_polls_total" + of_usage + ",outcome=\"empty\"}") == 1);
    CHECK(watched.metric("usaged_polls_total" + of_usage + ",outcome=\"failed\"}") == 1);
    CHECK(watched.metric("usaged_errors_total{category=\"throttled\"}") == 1);
    auto const noon_seconds = std::chrono::duration<double>{noon.time_since_epoch()}.count();
    CHECK(watched.metric("usaged_last_success_timestamp_seconds" + of_usage + "}") == noon_seconds);
    CHECK(watched.metric("usaged_next_poll_timestamp_seconds" + of_usage + "}") == noon_seconds + 86400);
    CHECK(*watched.metric("usaged_database_bytes") > 0);
}

TEST_CASE("a reload shows the datasets that are configured now")
{
    Watched watched;
    watched.succeed();
    auto config = watched.config;
    config.datasets.insert(config.datasets.begin(), {find_dataset("licenses_usage"), {}, {}});
    watched.monitor.reload(config);
    CHECK(watched.health() == 503); // of the new one there has been no poll
    CHECK(watched.metric("usaged_polls_total{dataset=\"licenses_usage\",outcome=\"ok\"}") == 0);
    CHECK(watched.metric("usaged_last_success_timestamp_seconds" + of_usage + "}") > 0);
    watched.monitor.reload(watched.config);
    CHECK(watched.health() == 200);
    CHECK_FALSE(watched.metric("usaged_last_success_timestamp_seconds{dataset=\"licenses_usage\"}"));
}

TEST_CASE("what is not asked for as it should be gets no data")
{
    Watched watched;
    watched.succeed();
    for (auto const* target :
         {"/", "/metrics/", "/../etc/passwd", "/metrics/../healthz", "//metrics", "metrics", "*", ""}) {
        CAPTURE(target);
        CHECK(watched.ask(target).status == 404);
    }
    for (auto const* method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "get"}) {
        CAPTURE(method);
        CHECK(watched.ask("/metrics", method).status == 405);
    }
    for (auto const* host : {"evil.example:9815", "", "192.0.2.1:9815"}) {
        CAPTURE(host);
        auto const reply = watched.ask("/metrics", "GET", host);
        CHECK(reply.status == 421);
        CHECK(reply.body.find("usaged_") == std::string::npos);
    }
    CHECK(watched.ask("/metrics?format=text").status == 200);
    CHECK(watched.ask("/metrics", "HEAD").status == 200);
}

} // namespace usaged::test
