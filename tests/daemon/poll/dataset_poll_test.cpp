#include "daemon/poll/dataset_poll.h"
#include "tests/daemon/dataset/page_text.h"
#include "tests/daemon/poll/polling.h"
#include "tests/support/memory_store.h"
#include "tests/support/run_coroutine.h"

#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// A transport of one poll that sends through that of the test.
class Borrowed : public HttpTransport {
public:
    explicit Borrowed(HttpTransport& transport) : transport_{transport} {}
    boost::asio::awaitable<HttpResponse> send(HttpRequest const& request) override { return transport_.send(request); }

private:
    HttpTransport& transport_;
};

struct Fixture : Polling {
    using Work = std::function<boost::asio::awaitable<PollResult>(boost::asio::awaitable<PollResult>)>;

    PollResult once(Trigger trigger = Trigger::manual)
    {
        return once([](boost::asio::awaitable<PollResult> poll) { return poll; }, trigger);
    }

    /// A poll as part of some work.
    PollResult once(Work const& work, Trigger trigger = Trigger::manual)
    {
        auto const make_transport = [this] {
            ++transports;
            return std::make_unique<Borrowed>(transport);
        };
        PollSettings poll_settings;
        poll_settings.fetch = settings;
        poll_settings.queries = queries;
        poll_settings.heartbeat_url = heartbeat_url;
        DatasetPoll poll{store, tokens, clock, log, make_transport, poll_settings, [] { return 0.5; }};
        return run_coroutine(io, work(poll.once(*dataset, trigger, date)), stop);
    }

    ErrorCategory failure()
    {
        try {
            once();
        } catch (Error const& error) {
            return error.category();
        }
        FAIL_CHECK("the poll succeeded");
        return {};
    }

    /// Keeps tokens from being stored until it is removed.
    fs::path obstacle() const { return dir.path() / "refresh_token.new"; }

    MemoryStore::Table& table() { return store.tables["partner_licenses_usage"]; }

    boost::asio::io_context io;
    boost::asio::cancellation_signal stop;
    MemoryStore store;
    int transports = 0;
    Dataset const* dataset = &usage();
    std::map<std::string_view, DatasetQuery> queries;
    std::optional<std::chrono::sys_days> date;
    std::string heartbeat_url;
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a poll stores its snapshot, its calls and its end")
{
    grant();
    transport.answer(200, page({good_row(), row_with("workloadName", "\"other\"")}));
    auto const result = once();
    CHECK(result.snapshot.rows == 2);
    CHECK(result.saved.outcome == Outcome::ok);
    CHECK(result.saved.inserted == 2);
    CHECK_FALSE(result.token_store_error);
    REQUIRE(store.polls.size() == 1);
    CHECK(store.polls[0].trigger == Trigger::manual);
    CHECK(store.polls[0].outcome == Outcome::ok);
    CHECK(store.polls[0].started_at == poll_start);
    CHECK(store.polls[0].snapshot.degraded.empty());
    CHECK(table().size() == 2);
    CHECK(store.calls.size() == 2);
    CHECK(transports == 1);
    CHECK(log_lines("snapshot_committed").size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a poll that finds nothing new says so and has a transport of its own")
{
    grant();
    transport.answer(200, page({good_row()}));
    transport.answer(200, page({good_row()}));
    once();
    auto const result = once();
    CHECK(result.saved.outcome == Outcome::unchanged);
    CHECK(result.saved.unchanged == 1);
    CHECK(transports == 2);
}

TEST_CASE_FIXTURE(Fixture, "a failed poll leaves its record, its calls and the rows as they were")
{
    grant();
    transport.answer(200, page({good_row()}));
    once();
    auto const before = table();
    transport.answer(200, page_before("/analytics/licenses/usage?page=2", {row_with("channel", "\"direct\"")}));
    transport.answer(404, "");
    CHECK(failure() == ErrorCategory::http);
    CHECK(table() == before);
    REQUIRE(store.polls.size() == 2);
    CHECK(store.polls[1].outcome == Outcome::failed);
    CHECK(store.polls[1].error->http_status() == 404);
    CHECK(store.polls[1].pages.size() == 1);
    CHECK(store.calls.size() == 4);
    CHECK(store.calls.back().status == 404);
    CHECK(log_lines("snapshot_committed").size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a poll that cannot get a token is recorded as failed")
{
    transport.answer(400, R"({"error":"invalid_grant"})");
    CHECK(failure() == ErrorCategory::auth);
    CHECK(store.polls.at(0).outcome == Outcome::failed);
    CHECK(store.polls.at(0).error->api_code() == "invalid_grant");
    CHECK(store.calls.size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a poll that is cancelled is recorded as stopped, in a request as in a wait")
{
    auto const cancel = [this] { stop.emit(boost::asio::cancellation_type::terminal); };
    grant();
    transport.hang(cancel);
    CHECK_THROWS_AS(once(), boost::system::system_error);
    CHECK(store.polls.at(0).finished_at);
    CHECK_FALSE(store.polls.at(0).outcome);
    CHECK(store.history(usage()).stopped);
}

TEST_CASE_FIXTURE(Fixture, "a poll that is cancelled while it waits to try again is recorded as stopped")
{
    grant();
    transport.answer(503, "");
    clock.at_sleep(1, [this] { stop.emit(boost::asio::cancellation_type::terminal); });
    CHECK_THROWS_AS(once(), boost::system::system_error);
    CHECK(store.history(usage()).stopped);
    CHECK(transport.requests.size() == 2);
}

TEST_CASE_FIXTURE(Fixture, "a refresh token that cannot be stored degrades the poll but does not fail it")
{
    fs::create_directory(obstacle());
    grant("access-1", "rotated-1");
    transport.answer(200, page({good_row()}));
    auto const result = once();
    REQUIRE(result.token_store_error);
    CHECK(result.token_store_error->category() == ErrorCategory::storage);
    CHECK(table().size() == 1);
    CHECK(store.polls.at(0).outcome == Outcome::ok);
    CHECK(store.polls.at(0).snapshot.degraded == result.token_store_error->what());
    CHECK(log_lines("poll_degraded").size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a refresh token that could not be stored is stored by the next poll that can")
{
    fs::create_directory(obstacle());
    grant("access-1", "rotated-1");
    for (int i = 0; i < 3; ++i) transport.answer(200, page({good_row()}));
    CHECK(once().token_store_error);
    CHECK(once().token_store_error);
    fs::remove(obstacle());
    auto const result = once();
    CHECK_FALSE(result.token_store_error);
    CHECK(result.snapshot.degraded.empty());
    CHECK(TokenFile{dir.path() / "refresh_token"}.load()->refresh_token.reveal() == "rotated-1");
}

TEST_CASE_FIXTURE(Fixture, "a snapshot that a guard objects to is stored and the poll degraded")
{
    grant();
    transport.answer(200, page({good_row()}));
    transport.answer(200, page({}));
    once();
    auto const result = once();
    CHECK(result.saved.outcome == Outcome::empty);
    CHECK(result.snapshot.degraded.find("guards.min_rows") != std::string::npos);
    CHECK(result.snapshot.degraded.find("had 1") != std::string::npos);
    CHECK(table().size() == 1);
    auto const lines = log_lines("poll_degraded");
    CHECK(lines.size() == 1);
    CHECK(lines.at(0).starts_with("<4>"));
}

TEST_CASE_FIXTURE(Fixture, "a store that fails fails the poll, and its silence about that is told")
{
    Error const full{ErrorCategory::storage, "the disk is full"};
    grant();
    transport.then([&](HttpRequest const&) {
        store.broken = full;
        HttpResponse response;
        response.status = 200;
        response.body = page({good_row()});
        return response;
    });
    CHECK(failure() == ErrorCategory::storage);
    CHECK(log_lines("poll_not_recorded").size() == 1);
    store.broken.reset();
    CHECK(store.history(usage()).interrupted);
    CHECK(table().empty());
}

TEST_CASE_FIXTURE(Fixture, "the loss of rows is held against the last good poll, until it has lasted long enough")
{
    grant();
    std::vector<std::string> rows;
    for (int i = 0; i < 4; ++i) rows.push_back(row_with("workloadName", "\"w" + std::to_string(i) + "\""));
    transport.answer(200, page(rows));
    once();
    for (int poll = 0; poll < 2; ++poll) {
        clock.advance(10min);
        transport.answer(200, page({rows[0]}));
        CHECK(once().snapshot.degraded.find("had 4") != std::string::npos);
    }
    store.polls[0].started_at -= 24h * 14;
    transport.answer(200, page({rows[0]}));
    CHECK_FALSE(once().snapshot.degraded.empty());
    store.polls[1].started_at -= 24h * 14;
    transport.answer(200, page({rows[0]}));
    CHECK(once().snapshot.degraded.empty());
}

TEST_CASE_FIXTURE(Fixture, "a field that no poll had before is warned of once, whichever process it was")
{
    grant();
    for (int i = 0; i < 3; ++i) {
        auto const newer = i == 2 ? ",\"newer\":1" : "";
        transport.answer(200, page({row_and("\"new\":" + std::to_string(i) + newer)}));
        once();
    }
    CHECK(log_lines("unknown_field").size() == 2);
    CHECK(log_lines("the field newer is new").size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a dataset is asked for as the configuration says, and a backfill for its date")
{
    dataset = find_dataset("licenses_usage");
    queries["licenses_usage"].filter = "a eq 'b'";
    queries["licenses_deployment"].filter = "c eq 'd'";
    date = std::chrono::sys_days{std::chrono::year{2016} / 2 / 29};
    grant();
    transport.answer(200, value_page({commercial_row()}));
    once(Trigger::backfill);
    CHECK(transport.requests.back().url.ends_with(
        "license?top=10000&skip=0&filter=a%20eq%20%27b%27&processedDateTime=2016-02-29"));
    CHECK(store.polls.at(0).trigger == Trigger::backfill);
    CHECK(store.tables["licenses_usage"].size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "a backfill of a date without rows is not degraded, and none is the last good poll")
{
    dataset = find_dataset("licenses_usage");
    grant();
    transport.answer(200, value_page({}));
    auto const result = once(Trigger::backfill);
    CHECK(result.saved.outcome == Outcome::empty);
    CHECK(result.snapshot.degraded.empty());
    transport.answer(200, value_page({commercial_row()}));
    once(Trigger::backfill);
    CHECK_FALSE(store.last_good(*dataset));
    CHECK(log_lines("poll_degraded").empty());
}

TEST_CASE_FIXTURE(Fixture,
                  "a heartbeat follows a good poll through a transport of its own, and its failure fails nothing")
{
    heartbeat_url = "https://hc-ping.example/uuid";
    grant();
    transport.answer(200, page({good_row()}));
    transport.answer(500, "");
    CHECK(once(Trigger::schedule).saved.outcome == Outcome::ok);
    CHECK(transport.requests.back().url == heartbeat_url);
    CHECK(header_of(transport.requests.back(), "Authorization").empty());
    CHECK(transports == 2);
    CHECK(store.polls.at(0).outcome == Outcome::ok);
    CHECK(store.calls.size() == 3);
    CHECK(log_lines("heartbeat_failed").size() == 1);
}

TEST_CASE_FIXTURE(Fixture, "no heartbeat follows a poll that failed, is degraded or is a backfill")
{
    heartbeat_url = "https://hc-ping.example/uuid";
    grant();
    transport.answer(404, "");
    CHECK(failure() == ErrorCategory::http);
    transport.answer(200, page({}));
    CHECK_FALSE(once(Trigger::schedule).snapshot.degraded.empty());
    transport.answer(200, page({good_row()}));
    once(Trigger::backfill);
    CHECK(transport.done());
    CHECK(log_lines("heartbeat_failed").empty());
}

TEST_CASE_FIXTURE(Fixture, "a stop during the heartbeat hands over the poll that was stored before, and stops then")
{
    heartbeat_url = "https://hc-ping.example/uuid";
    grant();
    transport.answer(200, page({good_row()}));
    transport.hang([this] { stop.emit(boost::asio::cancellation_type::terminal); });
    bool stopped = false;
    auto const work = [&](boost::asio::awaitable<PollResult> poll) -> boost::asio::awaitable<PollResult> {
        auto result = co_await std::move(poll);
        auto const state = co_await boost::asio::this_coro::cancellation_state;
        stopped = state.cancelled() != boost::asio::cancellation_type::none;
        co_return result;
    };
    CHECK(once(work).saved.outcome == Outcome::ok);
    CHECK(stopped);
    CHECK(store.polls.at(0).outcome == Outcome::ok);
    CHECK_FALSE(store.history(usage()).stopped);
}

TEST_CASE_FIXTURE(Fixture, "no credential gets into the record of a poll or the log")
{
    grant("access-1", "rotated-1");
    transport.answer(200, page({good_row()}));
    once();
    for (auto const& call : store.calls) {
        CHECK(call.url.find("seed-1") == std::string::npos);
        CHECK(call.error.empty());
    }
    for (auto const* const credential : {"access-1", "rotated-1", "seed-1"}) CHECK(log_lines(credential).empty());
    CHECK_FALSE(log_lines().empty());
}

} // namespace usaged::test
