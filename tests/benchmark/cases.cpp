#include "tests/benchmark/cases.h"

#include "tests/benchmark/bare_floor.h"
#include "tests/benchmark/child_process.h"
#include "tests/benchmark/direct_upsert.h"
#include "tests/benchmark/sample_pages.h"
#include "tests/benchmark/scripted_poll.h"
#include "tests/benchmark/table_pages.h"

#include <algorithm>
#include <functional>
#include <stdexcept>

namespace usaged::test {

namespace {

namespace fs = std::filesystem;

using Pages = std::vector<std::string>;

constexpr auto floor_name = "floor";
constexpr auto first_poll_name = "poll, first";

/// What the rounds measured of one figure.
struct Samples {
    std::string name;
    std::string compared_with;
    std::vector<double> seconds{};
    std::vector<double> cpu_seconds{};
    std::vector<double> speed{};
    std::vector<double> peak_memory{};
    std::vector<double> bytes_per_row{};
    std::vector<double> changed_pages{};
};

double median(std::vector<double> values)
{
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

std::optional<double> median_if_any(std::vector<double> const& values)
{
    return values.empty() ? std::nullopt : std::optional{median(values)};
}

void require_count(std::int64_t actual, std::size_t expected, std::string const& what)
{
    if (actual == static_cast<std::int64_t>(expected)) return;
    throw std::runtime_error{std::to_string(actual) + " " + what + " instead of " + std::to_string(expected)};
}

fs::path empty_directory(fs::path const& path)
{
    fs::remove_all(path);
    fs::create_directories(path);
    return path;
}

class Benchmark {
public:
    Benchmark(std::size_t rows, fs::path const& directory) : rows_{rows}, directory_{directory} {}

    void run_round();
    void run_small_polls(std::size_t polls);
    std::vector<Figure> figures() const;

private:
    void record(Samples& samples, Lap const& lap, std::int64_t peak_memory, double reference);
    void run_floor();
    void run_upsert();
    void run_poll(Samples& samples, Pages const& pages, std::int64_t SaveOutcome::*counter);

    std::size_t rows_;
    fs::path directory_;
    fs::path polled_ = directory_ / "poll";
    Dataset const& dataset_ = *find_dataset("partner_licenses_usage");
    Pages recorded_ = sample_pages(rows_, Spelling::recorded);
    Pages rearranged_ = sample_pages(rows_, Spelling::rearranged);
    Samples floor_{floor_name, floor_name};
    Samples upsert_{"decode and upsert", floor_name};
    Samples first_{first_poll_name, floor_name};
    Samples same_bytes_{"poll, same bytes again", first_poll_name};
    Samples same_values_{"poll, same values in other bytes", first_poll_name};
    Samples without_history_{"poll of 50 rows, new database", "poll of 50 rows, new database"};
    Samples with_history_{"poll of 50 rows, after these", "poll of 50 rows, new database"};
};

void Benchmark::record(Samples& samples, Lap const& lap, std::int64_t peak_memory, double reference)
{
    samples.seconds.push_back(lap.seconds);
    samples.cpu_seconds.push_back(lap.cpu_seconds);
    samples.speed.push_back(reference / lap.seconds);
    samples.peak_memory.push_back(static_cast<double>(peak_memory));
}

void Benchmark::run_floor()
{
    auto const database = empty_directory(directory_ / "floor") / "usage.db";
    auto const cost = run_in_child([&](Laps& laps) {
        BareFloor floor{database};
        std::int64_t stored = 0;
        laps.lap([&] { stored = floor.store(dataset_, recorded_); });
        require_count(stored, rows_, "rows written by the floor");
    });
    record(floor_, cost.laps.front(), cost.peak_memory, cost.laps.front().seconds);
    floor_.bytes_per_row.push_back(static_cast<double>(fs::file_size(database)) / static_cast<double>(rows_));
}

void Benchmark::run_upsert()
{
    auto const database = empty_directory(directory_ / "upsert") / "usage.db";
    auto const cost = run_in_child([&](Laps& laps) {
        DirectUpsert upsert{database};
        std::int64_t inserted = 0;
        laps.lap([&] { inserted = upsert.store(dataset_, recorded_); });
        require_count(inserted, rows_, "rows inserted");
    });
    record(upsert_, cost.laps.front(), cost.peak_memory, floor_.seconds.back());
    upsert_.bytes_per_row.push_back(static_cast<double>(fs::file_size(database)) / static_cast<double>(rows_));
}

void Benchmark::run_poll(Samples& samples, Pages const& pages, std::int64_t SaveOutcome::*counter)
{
    auto const cost = run_in_child([&](Laps& laps) {
        ScriptedPoll poll{polled_};
        poll.sign_in();
        SaveOutcome outcome;
        laps.lap([&] { outcome = poll.poll(dataset_, pages); });
        require_count(outcome.*counter, rows_, "rows of the expected kind");
    });
    auto const reference = samples.compared_with == floor_name ? floor_.seconds.back() : first_.seconds.back();
    record(samples, cost.laps.front(), cost.peak_memory, reference);
    auto const bytes = fs::file_size(ScriptedPoll::database(polled_));
    samples.bytes_per_row.push_back(static_cast<double>(bytes) / static_cast<double>(rows_));
}

void Benchmark::run_round()
{
    auto const images = [&] { return page_images(ScriptedPoll::database(polled_), std::string{dataset_.name}); };
    run_floor();
    run_upsert();
    empty_directory(polled_);
    run_poll(first_, recorded_, &SaveOutcome::inserted);
    auto const before = images();
    run_poll(same_bytes_, recorded_, &SaveOutcome::unchanged);
    auto const between = images();
    same_bytes_.changed_pages.push_back(static_cast<double>(changed_pages(before, between)));
    run_poll(same_values_, rearranged_, &SaveOutcome::unchanged);
    same_values_.changed_pages.push_back(static_cast<double>(changed_pages(between, images())));
}

void Benchmark::run_small_polls(std::size_t polls)
{
    constexpr std::size_t few = 50;
    auto const fresh = empty_directory(directory_ / "fresh");
    auto const cost = run_in_child([&](Laps& laps) {
        ScriptedPoll without{fresh};
        ScriptedPoll with{polled_};
        for (std::size_t i = 0; i < polls; ++i) {
            auto const pages = sample_pages(few, Spelling::recorded, rows_ / series_per_date + 1 + i);
            for (auto* const poll : {&without, &with}) {
                poll->sign_in();
                SaveOutcome outcome;
                laps.lap([&] { outcome = poll->poll(dataset_, pages); });
                require_count(outcome.inserted, few, "rows inserted");
            }
        }
    });
    for (std::size_t i = 0; i + 1 < cost.laps.size(); i += 2) {
        auto const reference = cost.laps[i].seconds;
        record(without_history_, cost.laps[i], cost.peak_memory, reference);
        record(with_history_, cost.laps[i + 1], cost.peak_memory, reference);
    }
}

std::vector<Figure> Benchmark::figures() const
{
    std::vector<Figure> figures;
    for (auto const* samples :
         {&floor_, &upsert_, &first_, &same_bytes_, &same_values_, &without_history_, &with_history_}) {
        auto const small = samples == &without_history_ || samples == &with_history_;
        Figure figure;
        figure.name = samples->name;
        figure.rows = small ? 50 : rows_;
        figure.seconds = median(samples->seconds);
        figure.cpu_seconds = median(samples->cpu_seconds);
        figure.speed = median(samples->speed);
        figure.compared_with = samples->compared_with;
        figure.peak_memory = static_cast<std::int64_t>(median(samples->peak_memory));
        figure.bytes_per_row = median_if_any(samples->bytes_per_row);
        figure.changed_pages = median_if_any(samples->changed_pages);
        figures.push_back(figure);
    }
    return figures;
}

} // namespace

std::vector<Figure> run_cases(std::size_t rows, std::size_t rounds, fs::path const& directory)
{
    Benchmark benchmark{rows, directory};
    for (std::size_t round = 0; round < rounds; ++round) benchmark.run_round();
    benchmark.run_small_polls(std::max<std::size_t>(rounds * 5, 5));
    return benchmark.figures();
}

} // namespace usaged::test
