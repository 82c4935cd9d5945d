#include "tests/process/installation.h"
#include "tests/process/sign_in.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

SimulatorOptions quick()
{
    SimulatorOptions options;
    options.device_code_interval = std::chrono::seconds{1};
    return options;
}

/// `usaged login --device-code` that waits for the person.
struct DeviceSignIn {
    explicit DeviceSignIn(Installation const& site)
        : process{site.start({"login", "--device-code", "--log-level", "trace"})}, line{process.wait_for_output(
                                                                                       "enter the code ")}
    {
        auto const start = line.find("enter the code ") + 15;
        user_code = line.substr(start, line.find(',', start) - start);
    }

    UsagedProcess process;
    std::string line;
    std::string user_code;
};

} // namespace

TEST_CASE("a sign-in by device code ends with a token for the next fetch")
{
    for (auto const* version : {"v2", "v1"}) {
        CAPTURE(version);
        auto overrides = without_seed;
        overrides["partner_center.token_endpoint"] = version;
        Installation site{overrides, quick()};
        DeviceSignIn sign_in{site};
        site.simulator.wait_for_requests(Endpoint::token, 1);
        site.simulator.approve_device(sign_in.user_code);
        auto const ended = sign_in.process.wait();
        CHECK(ended.status == 0);
        CHECK(ended.output.find("Signed in as " + site.simulator.user_name()) != std::string::npos);
        CHECK(site.fetch().status == 0);
    }
}

TEST_CASE("a service that failed for want of a sign-in polls at once when it is started after one")
{
    auto overrides = without_seed;
    overrides["retry.failed_poll"] = "{initial: 1h, max: 1h}";
    Installation site{overrides, quick()};
    {
        Daemon unsigned_in{site};
        unsigned_in.process.wait_for_log("poll_failed");
        CHECK(unsigned_in.stop().status == 0);
    }
    DeviceSignIn sign_in{site};
    site.simulator.wait_for_requests(Endpoint::token, 1);
    site.simulator.approve_device(sign_in.user_code);
    REQUIRE(sign_in.process.wait().status == 0);
    Daemon signed_in{site};
    signed_in.process.wait_for_log("snapshot_committed");
    CHECK(site.stored_rows().size() == 5);
}

TEST_CASE("a device sign-in that is declined needs a person")
{
    Installation site{without_seed, quick()};
    DeviceSignIn sign_in{site};
    site.simulator.decline_device(sign_in.user_code);
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 77);
    CHECK(ended.log.find("declined") != std::string::npos);
}

TEST_CASE("a device code that the service lets expire needs a person")
{
    Installation site{without_seed, quick()};
    DeviceSignIn sign_in{site};
    site.simulator.advance_clock(std::chrono::hours{1});
    auto const ended = sign_in.process.wait();
    CHECK(ended.status == 77);
    CHECK(ended.log.find("expired") != std::string::npos);
    CHECK(ended.log.find("usaged login") != std::string::npos);
}

TEST_CASE("a device sign-in goes on more slowly when it is told to")
{
    Installation site{without_seed, quick()};
    site.simulator.script(Endpoint::token, answer(400, {}, read_file(USAGED_TEST_DATA "/device-poll-slow-down.json")));
    DeviceSignIn sign_in{site};
    site.simulator.wait_for_requests(Endpoint::token, 1);
    site.simulator.approve_device(sign_in.user_code);
    auto const told = std::chrono::steady_clock::now();
    CHECK(sign_in.process.wait().status == 0);
    CHECK(std::chrono::steady_clock::now() - told > std::chrono::seconds{5});
}

} // namespace usaged::test
