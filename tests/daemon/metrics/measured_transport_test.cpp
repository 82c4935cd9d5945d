#include "daemon/metrics/measured_transport.h"
#include "tests/daemon/metrics/sample.h"
#include "tests/support/manual_clock.h"
#include "tests/support/run_coroutine.h"
#include "tests/support/scripted_transport.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

/// One request through it, on which `server` is told to answer.
struct Measured {
    explicit Measured(std::function<void(ScriptedTransport&)> const& tell, std::string const& url)
    {
        auto transport = std::make_unique<ScriptedTransport>();
        tell(*transport);
        EndpointAddresses const addresses{"https://one.example/tenant/oauth2/", "https://one.example/"};
        MeasuredTransport measured{std::move(transport), addresses, metrics, clock};
        HttpRequest request;
        request.url = url;
        try {
            status = run_coroutine(measured.send(request)).status;
        } catch (Error const&) {
            failed = true;
        }
        text = metrics.text({});
    }

    ManualClock clock{Timestamp{}};
    Metrics metrics{"1"};
    int status = 0;
    bool failed = false;
    std::string text;
};

} // namespace

TEST_CASE("each request is counted at the part of the service that it went to, even if all of it is on one host")
{
    for (auto const& each :
         std::vector<std::pair<std::string, std::string>>{{"https://one.example/tenant/oauth2/v2.0/token", "token"},
                                                          {"https://one.example/v1/analytics/licenses/usage", "usage"},
                                                          {"https://one.example.evil/", "heartbeat"},
                                                          {"https://hc.example/ping", "heartbeat"}}) {
        auto const& url = each.first;
        auto const& endpoint = each.second;
        CAPTURE(url);
        Measured const one{[](ScriptedTransport& server) { server.answer(503, "x"); }, url};
        CHECK(one.status == 503);
        CHECK(sample(one.text, "usaged_http_requests_total{code=\"503\",endpoint=\"" + endpoint + "\"}") == 1);
        CHECK(sample(one.text, "usaged_http_request_duration_seconds_count{endpoint=\"" + endpoint + "\"}") == 1);
    }
}

TEST_CASE("a request without an answer is counted as such, and its error goes on")
{
    Measured const one{[](ScriptedTransport& server) {
                           server.fail(Error{ErrorCategory::network, "reset"});
                       },
                       "https://one.example/v1/customers"};
    CHECK(one.failed);
    CHECK(sample(one.text, "usaged_http_requests_total{code=\"none\",endpoint=\"usage\"}") == 1);
}

} // namespace usaged::test
