#include "storage/replay.h"
#include "tests/process/database_text.h"
#include "tests/process/installation.h"
#include "tests/process/ledger.h"
#include "tests/process/recorder.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>
#include <set>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;
using Lines = std::vector<std::string>;

constexpr std::size_t dates = 366;

SimulatorOptions options()
{
    SimulatorOptions options;
    options.dates = dates;
    options.expires_in = 12h;
    options.market.customers = 6;
    options.market.products_per_customer = 3;
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
        recorder.simulator.random_faults(7, 0);
        recorder.stop();
    }

    Recorder recorder{options()};
    Lines failures; ///< dataset and category of the polls that failed, in order
    int kills = 0;

    Market const& market() const { return recorder.simulator.market(); }
    std::size_t last_step() const { return recorder.simulator.step(); }

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

void check_rows(FaultyYear const& year, Dataset const& dataset)
{
    auto const name = std::string{dataset.name};
    auto const database = year.recorder.database();
    auto const history = year.market().history(name, year.last_step());
    CHECK(database_rows(database, name, dataset, key_columns(dataset)) == shown_rows(dataset, history));
    auto const revisions = year.market().revisions(name, year.last_step());
    CHECK_FALSE(revisions.empty());
    CHECK(database_rows(database, name + "_revision", dataset, "replaced_poll_id, " + key_columns(dataset)) ==
          shown_rows(dataset, revisions));
}

/// The views of the newest rows and of the changes, from the same history.
void check_views(FaultyYear const& year, Dataset const& dataset)
{
    auto const name = std::string{dataset.name};
    Ledger ledger{dataset};
    ledger.take(year.market().history(name, year.last_step()), "");
    auto const latest = shown_rows(dataset, ledger.latest());
    auto const series = key_columns(dataset).substr(std::string{"processed_date_time, "}.size());
    CHECK(database_rows(year.recorder.database(), "latest_" + name, dataset, series) == latest);
    std::map<Ledger::Key, std::string> previous; // of each series; the ledger goes through the dates in order
    Lines changes;
    for (auto const& [key, held] : ledger.rows()) {
        auto& before = previous[ledger.key(held.row, 1)];
        changes.push_back(shown_rows(dataset, {held.row}).front() + '|' + before);
        before = held.row.at("processed_date_time");
    }
    CHECK(query(year.recorder.database(), "SELECT " + column_list(dataset) + ", previous_processed_date_time FROM " +
                                              name + "_change ORDER BY " + key_columns(dataset)) == changes);
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
    for (auto const& [table, rows] : before) {
        CAPTURE(table);
        CHECK(after.at(table) == rows);
    }
}

} // namespace

TEST_CASE("after a year of faults the database holds what the service said, and a replay makes the same of the archive")
{
    FaultyYear const year;
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        check_rows(year, dataset);
        check_views(year, dataset);
    }
    check_polls(year);
    check_coverage(year);
    check_replay(year);
}

} // namespace usaged::test
