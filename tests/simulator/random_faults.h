#pragma once

#include "tests/simulator/endpoint.h"
#include "tests/simulator/fault.h"

#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace usaged::test {

/// Deals out faults at random; see Simulator::random_faults.
class RandomFaults {
public:
    RandomFaults(std::uint64_t seed, double probability) : random_{seed}, probability_{probability} {}

    /// For one request to Partner Center or to the token endpoint; mostly that nothing special happens.
    Fault next(Request const& request);

    /// What was dealt out, in words.
    std::vector<std::string> const& dealt() const { return dealt_; }

private:
    std::mt19937_64 random_;
    double probability_;
    std::vector<std::string> dealt_;
};

} // namespace usaged::test
