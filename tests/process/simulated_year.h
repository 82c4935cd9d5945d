#pragma once

#include "tests/process/ledger.h"
#include "tests/process/recorder.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// A poll as the test saw it.
struct PolledOnce {
    std::string dataset;
    Timestamp started_at;
    Timestamp finished_at;
    std::string category; ///< of the Error that it failed with; empty: it did not
    std::string message;
    std::vector<Sent> requests;
    std::vector<SkippedCustomer> skipped;
};

/// A year of all six datasets in a database, and the same in C++. In it a service has a gap, because usaged did not run
/// for some days; some polls failed or were throttled; one customer is refused; and in the end the API has got a new
/// field.
class SimulatedYear {
public:
    SimulatedYear();

    Recorder recorder;
    std::map<std::string, Ledger, std::less<>> ledgers; ///< by dataset
    std::vector<PolledOnce> polls;

    Ledger const& ledger(std::string_view dataset) const { return ledgers.find(dataset)->second; }
    std::vector<PolledOnce> failed_polls() const;

    static constexpr std::string_view new_field = "licensesReserved"; ///< of partner_licenses_deployment

private:
    bool poll(Dataset const& dataset);
    void poll_all();
    void cause_trouble(std::size_t step);
    void add_field();
};

} // namespace usaged::test
