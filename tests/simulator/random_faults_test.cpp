#include "tests/simulator/received_rows.h"
#include "tests/simulator/simulated_client.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>

namespace usaged::test {
namespace {

struct Site {
    Simulator simulator;
    SimulatedClient client{simulator};
    std::string token = client.access_token();

    /// Empty if there was none.
    std::string access_token() const
    {
        try {
            return client.access_token();
        } catch (std::runtime_error const&) {
            return {};
        }
    }

    /// Status and body; 0 if there was no answer that can be read.
    std::pair<int, std::string> fetch(std::string const& target) const
    {
        try {
            auto const answer = client.fetch(target, token);
            return {answer.status, answer.body};
        } catch (std::runtime_error const&) {
            return {0, {}};
        }
    }
};

constexpr std::array targets{"/v1/analytics/licenses/usage", "/v1/analytics/licenses/deployment",
                             "/v1/customers?size=500", "/partner/v1/analytics/commercial/usage/license?top=20",
                             "/partner/v1/analytics/commercial/deployment/license"};

} // namespace

TEST_CASE("the same seed deals the same faults, another seed others")
{
    auto const dealt = [](std::uint64_t seed) {
        Site site;
        site.simulator.random_faults(seed, 0.5);
        for (std::size_t i = 0; i < 30; ++i) site.fetch(targets[i % targets.size()]);
        return site.simulator.random_faults_sent();
    };
    auto const some = dealt(1);
    CHECK(some == dealt(1));
    CHECK(some != dealt(2));
    CHECK(some.size() >= 8);
    CHECK(some.size() <= 22);
}

TEST_CASE("probability 1 leaves no request in peace, 0 every one")
{
    Site site;
    site.simulator.random_faults(1, 1);
    for (auto const* const target : targets) site.fetch(target);
    CHECK(site.simulator.random_faults_sent().size() == targets.size());
    site.simulator.random_faults(1, 0);
    for (auto const* const target : targets) {
        CAPTURE(target);
        CHECK(site.fetch(target).first == 200);
    }
    CHECK(site.simulator.random_faults_sent().empty());
}

TEST_CASE("no fault leaves an answer as it was")
{
    Site site;
    for (auto const* const target : targets) {
        auto const good = site.fetch(target).second;
        site.simulator.random_faults(3, 1);
        for (auto i = 0; i < 40; ++i) {
            auto const [status, body] = site.fetch(target);
            CAPTURE(target);
            CAPTURE(site.simulator.random_faults_sent().back());
            CHECK((status != 200 || body != good));
        }
        site.simulator.random_faults(3, 0);
    }
}

TEST_CASE("every kind of fault comes in time")
{
    Site site;
    site.simulator.random_faults(4, 1);
    for (auto i = 0; i < 150; ++i) site.fetch(targets[static_cast<std::size_t>(i) % targets.size()]);
    auto const all = site.simulator.random_faults_sent();
    std::set<std::string> const kinds{all.begin(), all.end()};
    CHECK(kinds.size() == 20);
    for (auto const* const kind : {"204", "no rows", "no items", "a wrong count", "a link to another host"}) {
        CAPTURE(kind);
        CHECK(kinds.contains(kind));
    }
}

TEST_CASE("a customer, a further page and the customer list never seem to be empty")
{
    Site site;
    auto const customer = "/v1/customers/" + site.simulator.market().customers(0)[0].id + "/analytics/licenses/usage";
    site.simulator.random_faults(5, 1);
    for (auto i = 0; i < 100; ++i) {
        for (auto const& target : {customer, std::string{targets[2]}, std::string{targets[3]} + "&skip=20"})
            site.fetch(target);
    }
    for (auto const& kind : site.simulator.random_faults_sent())
        for (auto const* const empty : {"204", "no rows", "no items", "404 of the gateway"}) CHECK(kind != empty);
}

TEST_CASE("a script goes before the faults at random")
{
    Site site;
    site.simulator.random_faults(6, 1);
    site.simulator.script(Endpoint::usage, regular());
    CHECK(site.fetch(targets[0]).first == 200);
    CHECK(site.simulator.random_faults_sent().empty());
}

TEST_CASE("the token endpoint has faults of its own")
{
    Site site;
    site.simulator.random_faults(7, 1);
    for (auto i = 0; i < 8; ++i) CHECK(site.access_token().empty());
    for (auto const& kind : site.simulator.random_faults_sent()) CHECK(kind.find("token") != std::string::npos);
}

} // namespace usaged::test
