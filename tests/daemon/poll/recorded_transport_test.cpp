#include "daemon/poll/recorded_transport.h"
#include "tests/support/manual_clock.h"
#include "tests/support/memory_store.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_transport.h"
#include "tests/support/temp_dir.h"

#include <boost/system/system_error.hpp>
#include <doctest/doctest.h>

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

struct Fixture {
    Fixture()
    {
        request.url = "https://api.example/v1/usage";
        request.attempt = 2;
        request.headers.emplace_back("Authorization", "Bearer access-1");
        request.headers.emplace_back("MS-RequestId", "request-1");
        request.headers.emplace_back("MS-CorrelationId", "correlation-1");
    }

    ~Fixture() { ::close(log_descriptor); }
    Fixture(Fixture const&) = delete;

    HttpResponse send() { return run_coroutine(io, recorded.send(request), stop); }

    std::string logged() const { return read_file(log_file); }

    boost::asio::io_context io;
    boost::asio::cancellation_signal stop;
    ManualClock clock{Timestamp{1000s}};
    MemoryStore store;
    ScriptedTransport transport;
    TempDir dir;
    std::filesystem::path log_file = dir.path() / "log";
    int log_descriptor = ::open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    Log log{LogLevel::info, LogFormat::journal, log_descriptor};
    RecordedTransport recorded{transport, store, clock, log, PollId{7}};
    HttpRequest request;
};

} // namespace

TEST_CASE_FIXTURE(Fixture, "a request and its answer are recorded, and the answer passed on")
{
    transport.then([&](HttpRequest const&) {
        clock.advance(250ms);
        HttpResponse response;
        response.status = 429;
        response.body = "12345";
        response.headers.emplace_back("ms-cv", "cv.0");
        response.headers.emplace_back("MS-ServerId", "42");
        response.headers.emplace_back("Retry-After", "57");
        return response;
    });
    CHECK(send().body == "12345");
    auto const& call = store.calls.at(0);
    CHECK(call.attempt == 2);
    CHECK(call.method == "GET");
    CHECK(call.url == "https://api.example/v1/usage");
    CHECK(call.status == 429);
    CHECK(call.ids.request_id == "request-1");
    CHECK(call.ids.correlation_id == "correlation-1");
    CHECK(call.ms_cv == "cv.0");
    CHECK(call.server_id == "42");
    CHECK(call.retry_after == 57s);
    CHECK(call.bytes == 5);
    CHECK(call.started_at == Timestamp{1000s});
    CHECK(call.duration == 250ms);
    CHECK(call.error.empty());
}

TEST_CASE_FIXTURE(Fixture, "a request to Entra ID is recorded with the ids by which Microsoft finds it")
{
    request.headers.clear();
    request.headers.emplace_back("client-request-id", "ours-1");
    transport.answer(200, "", {HttpHeader{"x-ms-request-id", "trace-1"}, HttpHeader{"client-request-id", "theirs-1"}});
    send();
    CHECK(store.calls.back().ids.request_id == "trace-1");
    CHECK(store.calls.back().ids.correlation_id == "ours-1");
    request.headers.clear();
    transport.answer(400, "", {HttpHeader{"Client-Request-Id", "theirs-2"}});
    send();
    CHECK(store.calls.back().ids.request_id.empty());
    CHECK(store.calls.back().ids.correlation_id == "theirs-2");
}

TEST_CASE_FIXTURE(Fixture, "the ids of a request of ours are not replaced by the server's")
{
    transport.answer(200, "", {HttpHeader{"x-ms-request-id", "x"}, HttpHeader{"client-request-id", "x"}});
    send();
    CHECK(store.calls.at(0).ids.request_id == "request-1");
    CHECK(store.calls.at(0).ids.correlation_id == "correlation-1");
}

TEST_CASE_FIXTURE(Fixture, "a request outside a poll is recorded without one")
{
    RecordedTransport alone{transport, store, clock, log, std::nullopt};
    transport.answer(200, "");
    send();
    transport.answer(200, "");
    run_coroutine(alone.send(request));
    CHECK(store.call_polls == std::vector<std::optional<PollId>>{PollId{7}, std::nullopt});
}

TEST_CASE_FIXTURE(Fixture, "a wait until a date is recorded even if the answer has no date")
{
    transport.answer(429, "", {HttpHeader{"Retry-After", "Thu, 01 Jan 1970 00:17:40 GMT"}});
    send();
    CHECK(store.calls.at(0).retry_after == 60s);
}

TEST_CASE_FIXTURE(Fixture, "neither the query nor the fragment of a URL is recorded")
{
    for (std::string const tail : {"?filter=secret", "#secret", "?a=1#secret"}) {
        CAPTURE(tail);
        request.url = "https://api.example/v1/usage" + tail;
        transport.answer(200, "");
        send();
        CHECK(store.calls.back().url == "https://api.example/v1/usage");
        CHECK(transport.requests.back().url == request.url);
    }
}

TEST_CASE_FIXTURE(Fixture, "what the server says in headers is recorded only if it can be the name of a call")
{
    transport.answer(200, "", {HttpHeader{"MS-CV", "a\"b\x1b"}, HttpHeader{"MS-ServerId", std::string(65, 'x')}});
    transport.answer(200, "", {HttpHeader{"MS-CV", "wk0/vjugzEe0Z9cv.0"}, HttpHeader{"MS-ServerId", "101112012"}});
    send();
    send();
    CHECK(store.calls.at(0).ms_cv.empty());
    CHECK(store.calls.at(0).server_id.empty());
    CHECK(store.calls.at(1).ms_cv == "wk0/vjugzEe0Z9cv.0");
    CHECK(store.calls.at(1).server_id == "101112012");
}

TEST_CASE_FIXTURE(Fixture, "a request without an answer is recorded with the reason, which is thrown on")
{
    transport.then([&](HttpRequest const&) -> HttpResponse {
        clock.advance(10s);
        throw Error{ErrorCategory::network, "the connection was reset"};
    });
    CHECK_THROWS_WITH_AS(send(), "the connection was reset", Error);
    auto const& call = store.calls.at(0);
    CHECK_FALSE(call.status);
    CHECK(call.error == "the connection was reset");
    CHECK(call.duration == 10s);
    CHECK(call.bytes == 0);
}

TEST_CASE_FIXTURE(Fixture, "a record that fails costs no answer, which may hold the only copy of a new token")
{
    store.broken = Error{ErrorCategory::storage, "the disk is full"};
    transport.answer(200, "the answer");
    CHECK(send().body == "the answer");
    CHECK(store.calls.empty());
}

TEST_CASE_FIXTURE(Fixture, "records that fail are one warning, however many requests there are")
{
    store.broken = Error{ErrorCategory::storage, "the disk is full"};
    for (int i = 0; i < 3; ++i) {
        transport.answer(200, "");
        send();
    }
    auto const text = logged();
    CHECK(text.find("the disk is full") != std::string::npos);
    CHECK(text.find("call_not_recorded") == text.rfind("call_not_recorded"));
    CHECK(std::count(text.begin(), text.end(), '\n') == 1);
}

TEST_CASE_FIXTURE(Fixture, "a record that fails does not hide why there is no answer")
{
    store.broken = Error{ErrorCategory::storage, "the disk is full"};
    transport.fail(Error{ErrorCategory::network, "the connection was reset"});
    CHECK_THROWS_WITH_AS(send(), "the connection was reset", Error);
}

TEST_CASE_FIXTURE(Fixture, "a request that is cancelled is not recorded")
{
    transport.hang([this] { stop.emit(boost::asio::cancellation_type::terminal); });
    CHECK_THROWS_AS(send(), boost::system::system_error);
    CHECK(store.calls.empty());
}

} // namespace usaged::test
