#include "tests/process/simulated_year.h"

#include "tests/simulator/licence_text.h"

#include <algorithm>
#include <iterator>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t refused = 2;
constexpr std::size_t gap_from = 150; ///< steps while usaged does not run
constexpr std::size_t gap_to = 156;

SimulatorOptions options()
{
    SimulatorOptions options;
    options.seed = 11; // restates the end of February in the first days of March
    options.dates = 366;
    options.expires_in = 12h;
    options.market.without_relationship = {refused};
    return options;
}

Fault throttled(int seconds)
{
    return answer(429, {{"Retry-After", std::to_string(seconds)}}, R"({"statusCode":429,"message":"Slow down."})");
}

} // namespace

SimulatedYear::SimulatedYear() : recorder{options()}
{
    for (auto const& dataset : datasets()) ledgers.emplace(dataset.name, Ledger{dataset});
    auto const steps = recorder.simulator.series().size();
    for (std::size_t step = 0; step < steps; ++step) {
        if (step > 0) recorder.advance();
        if (step >= gap_from && step < gap_to) continue;
        cause_trouble(step);
        poll_all();
    }
    add_field();
}

void SimulatedYear::cause_trouble(std::size_t step)
{
    auto& simulator = recorder.simulator;
    auto const last = simulator.series().size() - 1;
    if (step == 30 || step == 60 || step == 200 || step == 250)
        simulator.script(Endpoint::licenses_deployment, answer(400));
    if (step == last - 9) simulator.script(Endpoint::usage, throttled(5));
    if (step == last - 3) simulator.script(Endpoint::licenses_usage, throttled(7), 2);
    if (step == last - 2) simulator.script(Endpoint::customers, throttled(3600));
    if (step == last - 1) simulator.script(Endpoint::customer_usage, answer(500), 3);
}

/// A dataset whose poll failed is polled once more, as `run` does.
void SimulatedYear::poll_all()
{
    for (auto const& dataset : datasets()) {
        if (poll(dataset)) continue;
        recorder.clock.advance(5min);
        poll(dataset);
    }
}

bool SimulatedYear::poll(Dataset const& dataset)
{
    PolledOnce record;
    record.dataset = dataset.name;
    record.started_at = recorder.clock.now();
    try {
        record.skipped = recorder.poll(dataset).snapshot.skipped;
        auto const answer = recorder.simulator.market().answer(dataset.name, recorder.simulator.step());
        ledgers.find(dataset.name)->second.take(answer, format_timestamp(record.started_at));
    } catch (Error const& error) {
        record.category = to_string(error.category());
        record.message = error.what();
    }
    record.finished_at = recorder.clock.now();
    record.requests = recorder.sent();
    polls.push_back(std::move(record));
    return polls.back().category.empty();
}

void SimulatedYear::add_field()
{
    std::vector<std::string> items;
    for (auto const& row : recorder.simulator.market().partner_deployment_rows(recorder.simulator.step())) {
        items.push_back(partner_deployment_item(row));
        items.back().insert(1, '"' + std::string{new_field} + "\":7,");
    }
    recorder.simulator.serve(Endpoint::partner_deployment, {items_body(items)});
    poll(*find_dataset("partner_licenses_deployment"));
}

std::vector<PolledOnce> SimulatedYear::failed_polls() const
{
    std::vector<PolledOnce> failed;
    std::copy_if(polls.begin(), polls.end(), std::back_inserter(failed),
                 [](PolledOnce const& poll) { return !poll.category.empty(); });
    return failed;
}

} // namespace usaged::test
