#include "daemon/fault/retry.h"

#include <doctest/doctest.h>

#include <vector>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using Wait = std::optional<std::chrono::milliseconds>;

Error network()
{
    return Error{ErrorCategory::network, "no answer"};
}

Error throttled(std::chrono::seconds retry_after)
{
    return Error{ErrorCategory::throttled, "too many"}.retry_after(retry_after);
}

Retry::Random always(double value)
{
    return [value] { return value; };
}

/// The waits after failures with `error`, until there is none.
std::vector<std::chrono::milliseconds> waits(RetrySettings const& settings, double random, Error const& error)
{
    Retry retry{settings, always(random)};
    std::vector<std::chrono::milliseconds> out;
    while (auto const wait = retry.after(error)) out.push_back(*wait);
    return out;
}

} // namespace

TEST_CASE("the bound of the wait doubles with every failure up to the maximum, and jitter takes any part of it")
{
    RetrySettings const settings{8, 1000ms, 10000ms, 900000ms};
    using Waits = std::vector<std::chrono::milliseconds>;
    CHECK(waits(settings, 0.0, network()) == Waits(7, 0ms));
    CHECK(waits(settings, 0.5, network()) == Waits{500ms, 1000ms, 2000ms, 4000ms, 5000ms, 5000ms, 5000ms});
    CHECK(waits(settings, 0.9999, network()) == Waits{999ms, 1999ms, 3999ms, 7999ms, 9999ms, 9999ms, 9999ms});
}

TEST_CASE("a request is tried as often as the settings say")
{
    for (int const attempts : {1, 2, 5}) {
        CAPTURE(attempts);
        RetrySettings settings;
        settings.attempts = attempts;
        CHECK(waits(settings, 0.0, network()).size() == static_cast<std::size_t>(attempts - 1));
    }
}

TEST_CASE("the number of the try under way counts from one")
{
    Retry retry{RetrySettings{}, always(0)};
    CHECK(retry.attempt() == 1);
    retry.after(network());
    CHECK(retry.attempt() == 2);
}

TEST_CASE("the bound does not overflow, however often a request fails")
{
    RetrySettings const settings{200, 1000ms, std::chrono::hours{24}, 900000ms};
    auto const all = waits(settings, 0.5, network());
    REQUIRE(all.size() == 199);
    CHECK(all.back() == std::chrono::hours{12});
}

TEST_CASE("an initial wait above the maximum is the maximum")
{
    RetrySettings const settings{3, 60000ms, 2000ms, 900000ms};
    CHECK(waits(settings, 0.5, network()).front() == 1000ms);
}

TEST_CASE("no try comes before the server's Retry-After")
{
    RetrySettings const settings{5, 1000ms, 60000ms, 900000ms};
    Retry impatient{settings, always(0)};
    CHECK(impatient.after(throttled(57s)) == Wait{57s});
    Retry patient{settings, always(0.9)};
    CHECK(patient.after(throttled(0s)) == Wait{900ms});
}

TEST_CASE("a request that was refused as one too many is not repeated at once, though the server names no wait")
{
    RetrySettings const settings{8, 1000ms, 10000ms, 900000ms};
    Error const too_many{ErrorCategory::throttled, "too many"};
    using Waits = std::vector<std::chrono::milliseconds>;
    CHECK(waits(settings, 0.0, too_many) == Waits{500ms, 1000ms, 2000ms, 4000ms, 5000ms, 5000ms, 5000ms});
    CHECK(waits(settings, 0.5, too_many) == Waits{750ms, 1500ms, 3000ms, 6000ms, 7500ms, 7500ms, 7500ms});
}

TEST_CASE("up to a tenth is added to the server's Retry-After, and nothing is taken away")
{
    RetrySettings const settings{5, 1000ms, 60000ms, 900000ms};
    for (double const random : {0.0, 0.3, 0.5, 0.9999}) {
        CAPTURE(random);
        auto const wait = Retry{settings, always(random)}.after(throttled(57s));
        REQUIRE(wait);
        CHECK(*wait == 57s + std::chrono::milliseconds{static_cast<int>(5700 * random)});
    }
}

TEST_CASE("the exponential part keeps growing while the server asks for the same again")
{
    RetrySettings const settings{6, 1000ms, 60000ms, 900000ms};
    using Waits = std::vector<std::chrono::milliseconds>;
    CHECK(waits(settings, 0.5, throttled(3s)) == Waits{3150ms, 3150ms, 3150ms, 4000ms, 8000ms});
}

TEST_CASE("a certificate that may not be known yet is tried again, though its category is not")
{
    auto const error = Error{ErrorCategory::auth, "not accepted"}.retryable(true).retry_after(10s);
    CHECK(Retry{RetrySettings{}, always(0)}.after(error) == Wait{10s});
}

TEST_CASE("a server that asks for more patience than allowed gets no further try")
{
    RetrySettings const settings{5, 1000ms, 60000ms, 120000ms};
    CHECK(Retry{settings, always(0)}.after(throttled(120s)) == Wait{120s});
    CHECK_FALSE(Retry{settings, always(0)}.after(throttled(121s)));
    CHECK_FALSE(Retry{settings, always(0)}.after(throttled(std::chrono::seconds{10LL * 366 * 86400})));
}

TEST_CASE("a fault that repeating does not cure gets no further try")
{
    for (auto const category : {ErrorCategory::tls, ErrorCategory::data, ErrorCategory::auth, ErrorCategory::storage}) {
        CAPTURE(to_string(category));
        CHECK_FALSE(Retry{RetrySettings{}, always(0)}.after(Error{category, "no"}));
    }
    CHECK_FALSE(Retry{RetrySettings{}, always(0)}.after(throttled(1s).retryable(false)));
}

} // namespace usaged::test
