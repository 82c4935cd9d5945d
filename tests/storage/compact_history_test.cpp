#include "storage/ended_series.h"
#include "tests/storage/random_rows.h"

#include <SQLiteCpp/Database.h>
#include <doctest/doctest.h>

#include <random>

namespace usaged::test {

namespace fs = std::filesystem;

namespace {

/// The key columns without the date.
std::string series_of(Dataset const& dataset)
{
    std::string series;
    for (auto const& column : dataset.columns.subspan(1))
        if (column.key) series.append(series.empty() ? "" : ", ").append(column.name);
    return series;
}

/// A snapshot of some dates in a row.
std::string random_body(Dataset const& dataset, std::mt19937& random)
{
    std::vector<Fields> rows;
    auto const first = random() % 6;
    for (auto day = first; day <= first + random() % 3; ++day)
        for (auto& row : random_rows(dataset, random, "2026-07-0" + std::to_string(day + 1) + "T00:00:00Z"))
            rows.push_back(std::move(row));
    return body_of(dataset, rows);
}

/// Compares what the views show with what the rows say.
class Views {
public:
    Views(fs::path database, Dataset const& dataset)
        : database_{std::move(database)}, name_{dataset.name}, series_{series_of(dataset)},
          measure_{dataset.columns.back().name}
    {
        for (auto const& column : dataset.columns) columns_.append(column.name).append(", ");
        columns_ += "extra, first_poll_id, changed_poll_id";
    }

    bool keys_are_unique() const
    {
        return query(database_, "SELECT count(*) FROM " + name_ + " GROUP BY processed_date_time, " + series_ +
                                    " HAVING count(*) > 1")
            .empty();
    }

    bool latest_agrees() const
    {
        return sorted(columns_, "latest_" + name_) ==
               sorted(columns_, name_ + " WHERE (processed_date_time, " + series_ +
                                    ") IN (SELECT max(processed_date_time), " + series_ + " FROM " + name_ +
                                    " GROUP BY " + series_ + ")");
    }

    bool change_agrees() const
    {
        auto const own = "processed_date_time, " + measure_ + ", ";
        auto const lag = "lag(" + measure_ + ") OVER before";
        return sorted(own + "previous_processed_date_time, previous_" + measure_ + ", " + measure_ + "_change",
                      name_ + "_change") ==
               sorted(own + "lag(processed_date_time) OVER before, " + lag + ", " + measure_ + " - " + lag,
                      name_ + " WINDOW before AS (PARTITION BY " + series_ + " ORDER BY processed_date_time)");
    }

private:
    std::string sorted(std::string const& columns, std::string const& from) const
    {
        return query(database_, "SELECT " + columns + " FROM " + from + " ORDER BY processed_date_time, " + series_);
    }

    fs::path database_;
    std::string name_;
    std::string series_;
    std::string measure_;
    std::string columns_;
};

} // namespace

TEST_CASE("whatever comes and goes and is renamed, each key is one row and the views agree with the rows")
{
    for (auto const& dataset : datasets()) {
        for (unsigned seed = 1; seed <= 2; ++seed) {
            CAPTURE(dataset.name);
            CAPTURE(seed);
            TempDir dir;
            auto const database = dir.path() / "usage.db";
            SqliteStore store{database};
            Views const views{database, dataset};
            std::mt19937 random{seed};
            for (int number = 0; number < 10; ++number) {
                CAPTURE(number);
                poll(store, dataset, {random_body(dataset, random)});
                CHECK(views.keys_are_unique());
                CHECK(views.latest_agrees());
                CHECK(views.change_agrees());
            }
        }
    }
}

TEST_CASE("the last snapshot is what the newest rows say, and what it replaced is in the revisions")
{
    for (auto const& dataset : datasets()) {
        CAPTURE(dataset.name);
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        SqliteStore store{database};
        std::mt19937 random{1};
        std::string const name{dataset.name};
        auto const count = [&](std::string const& from) {
            return std::stoll(query(database, "SELECT count(*) FROM " + from));
        };
        std::int64_t changed = 0;
        for (int number = 0; number < 20; ++number) {
            auto const before = count(name);
            auto const outcome = poll(store, dataset, {random_body(dataset, random)});
            CHECK(before + outcome.inserted == count(name));
            changed += outcome.changed;
            CHECK(count(name + "_revision") == changed);
        }
        CHECK(changed > 0);
        CHECK(count(name + "_revision WHERE poll_id >= replaced_poll_id") == 0);
    }
}

TEST_CASE("ended series that are found again from all rows are those that were kept")
{
    for (auto const& dataset : datasets()) {
        if (!dataset.compact()) continue;
        CAPTURE(dataset.name);
        TempDir dir;
        auto const database = dir.path() / "usage.db";
        SqliteStore store{database};
        std::mt19937 random{2};
        for (int number = 0; number < 8; ++number) poll(store, dataset, {random_body(dataset, random)});
        auto const ended = "SELECT * FROM " + std::string{dataset.name} + "_ended";
        auto const kept = query(database, ended);
        REQUIRE(!kept.empty());
        SQLite::Database connection{database.string(), SQLite::OPEN_READWRITE, 2000};
        EndedSeries{connection, dataset}.rebuild();
        CHECK(query(database, ended) == kept);
    }
}

} // namespace usaged::test
