#include "tests/benchmark/paged_case.h"

#include "tests/benchmark/spawned.h"
#include "tests/benchmark/table_pages.h"

#include <algorithm>
#include <stdexcept>

namespace usaged::test {

namespace {

namespace fs = std::filesystem;

/// What the rounds measured of one figure.
struct Samples {
    std::vector<double> seconds;
    std::vector<double> cpu_seconds;
    std::vector<double> speed;
    std::int64_t peak_memory = 0;
};

double median(std::vector<double> values)
{
    auto const middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

void add(Samples& samples, ProcessCost const& cost, double floor_seconds)
{
    samples.seconds.push_back(cost.seconds);
    samples.cpu_seconds.push_back(cost.cpu_seconds);
    samples.speed.push_back(floor_seconds / cost.seconds);
    samples.peak_memory = std::max(samples.peak_memory, cost.peak_memory);
}

void remove_database(fs::path const& database)
{
    for (auto const* const suffix : {"", "-wal", "-shm"}) fs::remove(database.string() + suffix);
}

class PagedCase {
public:
    PagedCase(ServedPages const& pages, PagedPrograms const& programs, fs::path const& directory)
        : programs_{programs}, rows_{pages.rows}, server_{pages, directory},
          floor_database_{directory / "floor.db"}, database_{directory / "state" / "usage.db"}
    {
    }

    void run_round()
    {
        remove_database(floor_database_);
        remove_database(database_);
        auto const floor = run_floor();
        add(floor_, floor, floor.seconds);
        require_rows(floor_database_, "row");
        add(first_, fetch(), floor.seconds);
        require_rows(database_, "licenses_usage_row");
        auto const before = images();
        add(again_, fetch(), floor.seconds);
        changed_pages_ = std::max(changed_pages_, changed_pages(before, images()));
    }

    std::vector<PagedFigure> figures() const
    {
        auto const floor_bytes = bytes_per_row(floor_database_, floor_tables);
        auto const bytes = bytes_per_row(database_, tables);
        auto floor = figure("floor", floor_, floor_bytes, floor_bytes);
        auto first = figure("usaged fetch", first_, bytes, floor_bytes);
        auto again = figure("usaged fetch, same again", again_, bytes, floor_bytes);
        again.changed_pages = changed_pages_;
        return {floor, first, again};
    }

private:
    static constexpr auto floor_tables = "*";
    static constexpr auto tables = "licenses_usage*";

    ProcessCost run_floor() const
    {
        return run_program(programs_.floor,
                           {"--port", std::to_string(server_.port()), "--ca", server_.ca_file().string(), "--database",
                            floor_database_.string(), "--token-path", server_.token_path(), "--token-form",
                            server_.token_form()});
    }

    ProcessCost fetch() const
    {
        return run_program(programs_.usaged, {"-c", server_.configuration().string(), "fetch"});
    }

    void require_rows(fs::path const& database, std::string const& table) const
    {
        auto const stored = count_rows(database, table);
        if (stored != rows_)
            throw std::runtime_error{database.string() + " holds " + std::to_string(stored) + " rows instead of " +
                                     std::to_string(rows_)};
    }

    PageImages images() const { return page_images(database_, tables); }

    double bytes_per_row(fs::path const& database, std::string const& pattern) const
    {
        return static_cast<double>(table_bytes(database, pattern)) / static_cast<double>(rows_);
    }

    static PagedFigure figure(std::string name, Samples const& samples, double bytes, double floor_bytes)
    {
        PagedFigure figure;
        figure.name = std::move(name);
        figure.seconds = median(samples.seconds);
        figure.cpu_seconds = median(samples.cpu_seconds);
        figure.speed = median(samples.speed);
        figure.peak_memory = samples.peak_memory;
        figure.bytes_per_row = bytes;
        figure.size = bytes / floor_bytes;
        return figure;
    }

    PagedPrograms programs_;
    std::size_t rows_;
    PageServer server_;
    fs::path floor_database_;
    fs::path database_;
    Samples floor_;
    Samples first_;
    Samples again_;
    std::size_t changed_pages_ = 0;
};

} // namespace

std::vector<PagedFigure> run_paged_case(ServedPages const& pages, std::size_t rounds, PagedPrograms const& programs,
                                        fs::path const& directory)
{
    PagedCase paged{pages, programs, directory};
    for (std::size_t round = 0; round < rounds; ++round) paged.run_round();
    return paged.figures();
}

} // namespace usaged::test
