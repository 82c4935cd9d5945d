#include "storage/replay.h"
#include "tests/process/database_text.h"
#include "tests/process/installation.h"
#include "tests/process/ledger.h"
#include "tests/process/recorder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <memory>
#include <random>
#include <set>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

constexpr std::size_t dates = 366;

SimulatorOptions options()
{
    SimulatorOptions options;
    options.dates = dates;
    options.expires_in = 12h;
    options.market.customers = 6;
    options.market.products_per_customer = 2;
    options.market.optional_fields = true;
    options.commercial.page_limit = 9;
    options.customer_list.page_limit = 4;
    options.customer_list.dangling_token = true;
    return options;
}

/// A year in which every request may meet a fault, and the process is killed now and then.
class FaultyYear {
public:
    FaultyYear()
    {
        auto const steps = recorder.simulator.series().size();
        recorder.simulator.random_faults(7, 0.02);
        for (std::size_t step = 0; step < steps; ++step) {
            if (step > 0) recorder.advance();
            for (auto const& dataset : datasets()) take_answer(dataset);
        }
        recorder.stop();
    }

    Recorder recorder{options()};
    Lines failures; ///< dataset and category of the polls that failed, in order
    int kills = 0;

private:
    /// Until a poll is good, as `run` does it; an empty answer is not.
    void take_answer(Dataset const& dataset)
    {
        for (;;) {
            try {
                if (random_() % 200 == 0 && recorder.killed_poll(dataset, 1 + random_() % 4)) {
                    failures.push_back(std::string{dataset.name} + "|interrupted");
                    ++kills;
                } else if (recorder.poll(dataset).saved.outcome != Outcome::empty) {
                    return;
                }
            } catch (Error const& error) {
                failures.push_back(std::string{dataset.name} + '|' + std::string{to_string(error.category())});
            }
            recorder.clock.advance(10min);
        }
    }

    std::mt19937_64 random_{11};
};

std::string key_columns(Dataset const& dataset)
{
    std::string list;
    for (auto const& column : dataset.columns)
        if (column.key) list.append(list.empty() ? "" : ", ").append(column.name);
    return list;
}

Lines sorted(Lines lines)
{
    std::sort(lines.begin(), lines.end());
    return lines;
}

/// What the market has shown up to its present step.
Ledger shown(Simulator const& simulator, Dataset const& dataset)
{
    Ledger ledger{dataset};
    for (std::size_t step = 0; step <= simulator.step(); ++step)
        ledger.take(simulator.market().answer(dataset.name, step), "");
    return ledger;
}

void check_rows(fs::path const& database, Dataset const& dataset, Ledger const& ledger)
{
    auto const name = std::string{dataset.name};
    std::vector<StoredRow> rows;
    for (auto const& [key, held] : ledger.rows()) rows.push_back(held.row);
    CHECK(database_rows(database, name, dataset, key_columns(dataset)) == shown_rows(dataset, rows));
    std::vector<StoredRow> replaced;
    for (auto const& each : ledger.replaced()) replaced.push_back(each.row);
    CHECK_FALSE(replaced.empty());
    CHECK(sorted(database_rows(database, name + "_revision", dataset, "1")) == sorted(shown_rows(dataset, replaced)));
}

/// The views of the newest rows and of the changes.
void check_views(fs::path const& database, Dataset const& dataset, Ledger const& ledger)
{
    auto const name = std::string{dataset.name};
    auto const series = key_columns(dataset).substr(std::string{"processed_date_time, "}.size());
    CHECK(database_rows(database, "latest_" + name, dataset, series) == shown_rows(dataset, ledger.latest()));
    std::map<Ledger::Key, std::string> previous; // of each series; the ledger goes through the dates in order
    Lines changes;
    for (auto const& [key, held] : ledger.rows()) {
        auto& before = previous[ledger.key(held.row, 1)];
        changes.push_back(shown_rows(dataset, {held.row}).front() + '|' + before);
        before = held.row.at("processed_date_time");
    }
    CHECK(query(database, "SELECT " + column_list(dataset) + ", previous_processed_date_time FROM " + name +
                              "_change ORDER BY " + key_columns(dataset)) == changes);
}

void check_polls(FaultyYear const& year)
{
    auto const database = year.recorder.database();
    CHECK(year.kills > 5);
    CHECK(year.failures.size() > 50);
    auto const faults = year.recorder.simulator.random_faults_sent();
    CHECK(std::set(faults.begin(), faults.end()).size() > 15);
    CHECK(query(database, "SELECT dataset, error_category FROM poll WHERE outcome = 'failed' ORDER BY id") ==
          year.failures);
    CHECK(query(database, "SELECT 1 FROM poll WHERE outcome IS NULL").empty());
    CHECK(query(database, "SELECT 1 FROM poll WHERE degraded IS NOT NULL AND outcome = 'ok'").empty());
    for (auto const& dataset : datasets())
        for (auto const* const column : {"first_poll_id", "changed_poll_id"})
            CHECK(query(database, "SELECT 1 FROM " + std::string{dataset.name} + " JOIN poll ON poll.id = " + column +
                                      " WHERE outcome <> 'ok'")
                      .empty());
}

void check_coverage(FaultyYear const& year)
{
    auto const gaps = query(year.recorder.database(), "SELECT dataset, service, gap_from FROM coverage_gap WHERE "
                                                      "gap_to < (SELECT max(data_to) FROM coverage)");
    CHECK(gaps == Lines{});
    CHECK(query(year.recorder.database(), "SELECT count(*), min(present_dates) >= " + std::to_string(dates - 2) +
                                              " FROM coverage") == Lines{"12|1"});
}

void check_replay(FaultyYear const& year)
{
    auto const before = dataset_tables(year.recorder.database());
    Replay replay{year.recorder.database(), [&] { return year.recorder.clock.now(); }};
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        auto const outcome = replay.run(dataset, std::nullopt, {});
        CHECK(outcome.polls > static_cast<std::int64_t>(dates));
        CHECK_FALSE(outcome.repaired);
    }
    auto const after = dataset_tables(year.recorder.database());
    for (auto const& table : before) {
        CAPTURE(table.first);
        CHECK(after.at(table.first) == table.second);
    }
}

std::string every_dataset()
{
    std::string names;
    for (auto const& dataset : datasets()) names.append(names.empty() ? "[" : ", ").append(dataset.name);
    return names + ']';
}

/// What polls of all datasets need, at most: the list of customers and each customer for two of them, a token.
std::size_t requests_of_a_round(SimulatorOptions const& options)
{
    return 4 + 2 * (1 + options.market.customers) + 1;
}

void wait_for_requests(Simulator const& simulator, std::size_t more)
{
    simulator.wait_for_requests(simulator.requests().size() + more);
}

} // namespace

TEST_CASE("after a year of faults the database holds what the service said, and a replay makes the same of the archive")
{
    FaultyYear const year;
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        auto const ledger = shown(year.recorder.simulator, dataset);
        check_rows(year.recorder.database(), dataset, ledger);
        check_views(year.recorder.database(), dataset, ledger);
    }
    check_polls(year);
    check_coverage(year);
    check_replay(year);
}

TEST_CASE("the daemon holds every answer of a month, though it was killed in the middle of it")
{
    SimulatorOptions month;
    month.dates = 31;
    month.market.customers = 3;
    Installation site{{{"datasets", every_dataset()}, {"schedule.every", "1ms"}}, month};
    auto daemon = std::make_unique<Daemon>(site);
    auto const steps = site.simulator.series().size();
    for (std::size_t step = 0; step < steps; ++step) {
        if (step > 0) site.simulator.advance();
        if (step == steps / 2) {
            wait_for_requests(site.simulator, 5);
            daemon->process.signal(SIGKILL);
            daemon.reset();
            daemon = std::make_unique<Daemon>(site);
        }
        wait_for_requests(site.simulator, 2 * requests_of_a_round(month));
    }
    CHECK(daemon->stop().status == 0);
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        check_rows(site.database(), dataset, shown(site.simulator, dataset));
    }
}

} // namespace usaged::test
