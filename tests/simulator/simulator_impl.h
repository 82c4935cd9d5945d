#pragma once

#include "tests/simulator/authority.h"
#include "tests/simulator/partner_center.h"
#include "tests/simulator/random_faults.h"
#include "tests/simulator/server.h"
#include "tests/simulator/simulator.h"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace usaged::test {

/// The parts of a simulator, and what becomes of a request that arrives. Whoever touches what the mutex is for holds
/// it.
class Simulator::Impl {
public:
    explicit Impl(SimulatorOptions const& wanted);

    void listen(std::uint16_t wanted_port);

    std::string base_url() const { return "https://127.0.0.1:" + std::to_string(port); }
    Authority::Time now() const { return std::chrono::system_clock::now() + clock_offset; }

    /// How many requests have arrived.
    std::size_t count(std::optional<Endpoint> endpoint) const;

    template <class Count>
    void wait_for(std::size_t wanted, std::chrono::seconds limit, char const* what, Count count_now) const
    {
        std::unique_lock lock{mutex};
        if (arrived.wait_for(lock, limit, [&] { return count_now() >= wanted; })) return;
        throw std::runtime_error{"the simulator saw " + std::to_string(count_now()) + " of " + std::to_string(wanted) +
                                 " " + what};
    }

    SimulatorOptions const options;
    KeyedCertificate const ca;
    KeyedCertificate const certificate;
    mutable std::mutex mutex; ///< of all that follows but the server
    mutable std::condition_variable arrived;
    std::uint16_t port = 0;
    std::chrono::seconds clock_offset{0};
    Authority authority;
    std::string const seed;
    PartnerCenter partner_center;
    std::map<Endpoint, std::deque<Fault>> faults;
    std::optional<RandomFaults> random_faults;
    std::deque<ConnectionFault> connection_faults;
    std::vector<Request> requests;
    std::size_t connections = 0;
    std::optional<Server> server; ///< destroyed first, and never under the mutex: its thread may wait for it

private:
    Accepted on_connection();
    Reply on_request(Request const& request);
    Fault next_fault(Request const& request);
    Answer respond(Request const& request, Fault const& fault);
    Answer route(Request const& request);
};

} // namespace usaged::test
