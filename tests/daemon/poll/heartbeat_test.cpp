#include "daemon/poll/heartbeat.h"
#include "tests/daemon/poll/polling.h"
#include "tests/support/memory_store.h"
#include "tests/support/run_coroutine.h"

#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string const url = "https://hc-ping.example:8443/SECRET-UUID?also=SECRET";

struct Fixture : Polling {
    void beat()
    {
        run_coroutine(io, send_heartbeat(url, "usaged/test", transport, store, clock, log, PollId{7}), stop);
    }

    boost::asio::io_context io;
    boost::asio::cancellation_signal stop;
    MemoryStore store;
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a heartbeat is a GET of the URL that carries no credential")
{
    transport.answer(200, "OK");
    beat();
    auto const& request = transport.requests.at(0);
    CHECK(request.method == "GET");
    CHECK(request.url == url);
    CHECK(request.body.empty());
    CHECK(request.timeout == std::chrono::seconds{10});
    REQUIRE(request.headers.size() == 1);
    CHECK(request.headers[0].name == "User-Agent");
    CHECK(log_lines().empty());
}

TEST_CASE_FIXTURE(Fixture, "any status of success is fine, all others are one warning")
{
    struct Case {
        int status;
        bool fine;
    };
    static constexpr Case cases[] = {{200, true},  {201, true},  {204, true},  {299, true}, {199, false},
                                     {300, false}, {302, false}, {404, false}, {500, false}};
    for (auto const& each : cases) {
        CAPTURE(each.status);
        auto const before = log_lines("heartbeat_failed").size();
        transport.answer(each.status, "");
        beat();
        CHECK(log_lines("heartbeat_failed").size() == before + (each.fine ? 0 : 1));
        CHECK(transport.done());
    }
}

TEST_CASE_FIXTURE(Fixture, "a heartbeat that finds nobody is one warning with the host, and is not tried again")
{
    transport.fail(Error{ErrorCategory::network, "connection refused"});
    beat();
    auto const lines = log_lines();
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].starts_with("<4>"));
    CHECK(lines[0].find("hc-ping.example:8443 failed: connection refused") != std::string::npos);
    CHECK(transport.requests.size() == 1);
    CHECK(clock.sleeps().empty());
}

TEST_CASE_FIXTURE(Fixture, "the path of a heartbeat is in no record and no log")
{
    transport.answer(500, "SECRET");
    transport.fail(Error{ErrorCategory::network, "no answer"});
    beat();
    beat();
    REQUIRE(store.calls.size() == 2);
    for (auto const& call : store.calls) CHECK(call.url == "https://hc-ping.example:8443/…");
    CHECK(store.calls[0].status == 500);
    CHECK(store.calls[1].error == "no answer");
    CHECK(store.call_polls[0] == PollId{7});
    CHECK(log_lines().size() == 2);
    CHECK(log_lines("SECRET").empty());
}

TEST_CASE_FIXTURE(Fixture, "a heartbeat that nobody answers is ended by a stop")
{
    transport.hang([this] { stop.emit(boost::asio::cancellation_type::terminal); });
    CHECK_THROWS_AS(beat(), boost::system::system_error);
}

} // namespace usaged::test
