#include "tests/daemon/poll/fetching.h"
#include "tests/support/freed_memory.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using Waits = std::vector<std::chrono::milliseconds>;

bool is_guid(std::string const& text)
{
    static constexpr std::string_view pattern = "hhhhhhhh-hhhh-4hhh-hhhh-hhhhhhhhhhhh";
    return text.size() == pattern.size() &&
           std::equal(text.begin(), text.end(), pattern.begin(), [](char c, char expected) {
               bool const hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
               return expected == 'h' ? hex : c == expected;
           });
}

std::string const second_page = "/analytics/licenses/usage?page=2";

} // namespace

TEST_CASE_FIXTURE(Fetching, "a page is asked for as Partner Center wants to be asked")
{
    settings.locale = "nl-NL";
    grant("access-1");
    transport.answer(200, page({good_row()}));
    auto const snapshot = fetch();
    CHECK(snapshot.rows == 1);
    auto const request = api_requests().at(0);
    CHECK(request.url == "https://api.example/v1/analytics/licenses/usage");
    CHECK(request.attempt == 1);
    CHECK(request.body.empty());
    CHECK(header_of(request, "Authorization") == "Bearer access-1");
    CHECK(header_of(request, "Accept") == "application/json");
    CHECK(header_of(request, "X-Locale") == "nl-NL");
    CHECK(header_of(request, "User-Agent") == "usaged/test");
    CHECK(header_of(request, "MS-Contract-Version") == "v1");
    CHECK(header_of(request, "MS-PartnerCenter-Application") == "usaged");
    CHECK(is_guid(header_of(request, "MS-RequestId")));
    CHECK(is_guid(header_of(request, "MS-CorrelationId")));
    CHECK(header_of(request, "MS-ContinuationToken").empty());
}

TEST_CASE_FIXTURE(Fetching, "a refused access token is renewed once and the page asked for again at once")
{
    grant("access-1");
    transport.answer(401, "");
    grant("access-2");
    transport.answer(200, page({good_row()}));
    CHECK(fetch().rows == 1);
    auto const requests = api_requests();
    CHECK(header_of(requests.at(0), "Authorization") == "Bearer access-1");
    CHECK(header_of(requests.at(1), "Authorization") == "Bearer access-2");
    CHECK(header_of(requests[0], "MS-RequestId") != header_of(requests[1], "MS-RequestId"));
    CHECK(clock.sleeps().empty());
}

TEST_CASE_FIXTURE(Fetching, "a second 401 ends the poll, on the same page or on a later one")
{
    grant();
    transport.answer(401, "");
    grant();
    transport.answer(401, "");
    CHECK(failure().category() == ErrorCategory::auth);
    CHECK(transport.done());

    transport.answer(401, "");
    grant();
    transport.answer(200, page_before(second_page, {good_row()}));
    transport.answer(401, "");
    CHECK(failure().category() == ErrorCategory::auth);
    CHECK(transport.done());
}

TEST_CASE_FIXTURE(Fetching, "a refusal that no new token cures asks for none")
{
    for (std::string const body : {R"({"code":"900421"})", R"({"code":900420})", "MFA required"}) {
        CAPTURE(body);
        if (transport.requests.empty()) grant();
        transport.answer(401, body);
        CHECK(failure().category() == ErrorCategory::auth);
        CHECK(transport.done());
    }
}

TEST_CASE_FIXTURE(Fetching, "a request that is over leaves no access token in freed memory, however it ended")
{
    static constexpr std::string_view mark = "Bearer an-access-token-that-nobody-else-may-know";
    grant(std::string{mark.substr(7)});
    transport.answer(503, "");
    transport.fail(Error{ErrorCategory::network, "no answer"});
    transport.answer(200, page({good_row()}));
    FreedMemory const freed{mark};
    fetch();
    CHECK(freed.found() == 0);
    CHECK(header_of(transport.requests.back(), "Authorization") == mark);
}

TEST_CASE_FIXTURE(Fetching, "a retry keeps the request id only when no answer came, and never the correlation id")
{
    grant();
    transport.fail(Error{ErrorCategory::network, "no answer"});
    transport.answer(503, "");
    transport.answer(200, page({good_row()}));
    fetch();
    auto const requests = api_requests();
    REQUIRE(requests.size() == 3);
    CHECK(header_of(requests[0], "MS-RequestId") == header_of(requests[1], "MS-RequestId"));
    CHECK(header_of(requests[1], "MS-RequestId") != header_of(requests[2], "MS-RequestId"));
    std::set<std::string> correlation_ids;
    for (auto const& request : requests) correlation_ids.insert(header_of(request, "MS-CorrelationId"));
    CHECK(correlation_ids.size() == 3);
    for (int i = 0; i < 3; ++i) CHECK(requests[static_cast<std::size_t>(i)].attempt == i + 1);
}

TEST_CASE_FIXTURE(Fetching,
                  "a request id that was answered is not used again, though no answer about a token came since")
{
    for (int const status : {401, 503, 429}) {
        CAPTURE(status);
        auto const before = api_requests().size();
        tokens.drop_access_token();
        grant();
        transport.then([this, status](HttpRequest const&) {
            tokens.drop_access_token();
            HttpResponse response;
            response.status = status;
            return response;
        });
        transport.fail(Error{ErrorCategory::network, "no answer"});
        grant();
        transport.answer(200, page({good_row()}));
        fetch();
        auto const requests = api_requests();
        REQUIRE(requests.size() == before + 2);
        CHECK(header_of(requests[before], "MS-RequestId") != header_of(requests[before + 1], "MS-RequestId"));
    }
}

TEST_CASE_FIXTURE(Fetching, "a request id that nobody answered is used again, though the token endpoint answers since")
{
    grant();
    transport.then([this](HttpRequest const&) -> HttpResponse {
        tokens.drop_access_token();
        throw Error{ErrorCategory::network, "no answer"};
    });
    transport.answer(503, "");
    grant();
    transport.answer(200, page({good_row()}));
    fetch();
    auto const requests = api_requests();
    REQUIRE(requests.size() == 2);
    CHECK(header_of(requests[0], "MS-RequestId") == header_of(requests[1], "MS-RequestId"));
}

TEST_CASE_FIXTURE(Fetching, "a retry waits by the back-off, but not less than Retry-After says")
{
    grant();
    transport.answer(500, "");
    transport.answer(429, "", {HttpHeader{"Retry-After", "57"}});
    transport.answer(503, "",
                     {HttpHeader{"Retry-After", "Tue, 21 Jul 2026 04:11:55 GMT"},
                      HttpHeader{"Date", "Tue, 21 Jul 2026 04:11:45 GMT"}});
    transport.answer(429, "", {HttpHeader{"Retry-After", "soon"}});
    transport.answer(200, page({good_row()}));
    fetch();
    CHECK(clock.sleeps() == Waits{500ms, 57s + 2850ms, 10s + 500ms, 6s});
}

TEST_CASE_FIXTURE(Fetching, "each page has its own tries, and a page that uses them up ends the poll")
{
    settings.retry.attempts = 3;
    grant();
    for (int i = 0; i < 2; ++i) transport.answer(502, "");
    transport.answer(200, page_before(second_page, {good_row()}));
    for (int i = 0; i < 3; ++i) transport.answer(502, "");
    auto const error = failure();
    CHECK(error.http_status() == 502);
    CHECK(transport.done());
    CHECK(clock.sleeps() == Waits{500ms, 1s, 500ms, 1s});
    CHECK(error.ids().request_id == header_of(transport.requests.back(), "MS-RequestId"));
    CHECK(error.ids().correlation_id == header_of(transport.requests.back(), "MS-CorrelationId"));
}

TEST_CASE_FIXTURE(Fetching, "a wait that is longer than allowed ends the poll at once")
{
    grant();
    transport.answer(429, "", {HttpHeader{"Retry-After", "901"}});
    auto const error = failure();
    CHECK(error.category() == ErrorCategory::throttled);
    CHECK(error.retry_after() == 901s);
    CHECK(clock.sleeps().empty());
}

TEST_CASE_FIXTURE(Fetching, "a fault of the token endpoint is retried like one of the API")
{
    transport.answer(429, "", {HttpHeader{"Retry-After", "7"}});
    transport.fail(Error{ErrorCategory::network, "no answer"});
    grant();
    transport.answer(200, page({good_row()}));
    CHECK(fetch().rows == 1);
    CHECK(clock.sleeps() == Waits{7s + 350ms, 1s});
    transport.answer(200, page({good_row()}));
    CHECK(fetch().rows == 1);
}

TEST_CASE_FIXTURE(Fetching,
                  "a request loop at the token endpoint fails the poll at once, and no other poll asks into it")
{
    auto const loop = read_file(std::filesystem::path{USAGED_TEST_DATA} / "token-error-50196-loop.json");
    transport.answer(400, loop);
    for (int i = 0; i < 3; ++i) {
        auto const error = failure();
        CHECK(error.category() == ErrorCategory::throttled);
        CHECK(error.retry_after() == 5min);
    }
    CHECK(transport.done());
    CHECK(clock.sleeps().empty());
}

TEST_CASE_FIXTURE(Fetching, "faults that repeating does not cure are tried once")
{
    grant();
    for (auto const category : {ErrorCategory::tls, ErrorCategory::protocol, ErrorCategory::storage}) {
        CAPTURE(to_string(category));
        transport.fail(Error{category, "no"});
        CHECK(failure().category() == category);
    }
    CHECK(clock.sleeps().empty());
}

TEST_CASE_FIXTURE(Fetching, "every retry is one warning with its number and its wait")
{
    grant();
    transport.answer(503, R"({"code":"800003","description":"SECRET"})");
    transport.answer(200, page({good_row()}));
    fetch();
    auto const lines = log_lines();
    REQUIRE(lines.size() == 1);
    for (auto const* const part :
         {"<4>", " retry ", "attempt=1", "wait_ms=500", "category=http", "http_status=503", "api_code=800003"}) {
        CAPTURE(part);
        CHECK(lines[0].find(part) != std::string::npos);
    }
    CHECK(lines[0].find("SECRET") == std::string::npos);
    CHECK(lines[0].find("access-1") == std::string::npos);
}

} // namespace usaged::test
