#pragma once

#include "daemon/dataset/dataset.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace usaged {

/// The table <dataset>_ended of a compact dataset: the series without a row on the newest date of their service, with
/// their own newest day. So `latest` need not look through the history for them, and a series that goes on costs
/// nothing. Throws SQLite::Exception.
class EndedSeries {
public:
    /// To be made before any row is written.
    EndedSeries(SQLite::Database& database, Dataset const& dataset);
    ~EndedSeries();

    /// There is a new row on that day.
    void note(std::int64_t day);

    /// Brings the table up to date, after the last row.
    void update();

    /// Makes the table anew from all rows.
    void rebuild();

private:
    struct Day {
        std::int64_t id;
        std::string date;
    };

    std::vector<Day> days_of(std::int64_t service, std::string const& date);
    void update_service(std::int64_t service, std::vector<Day> touched);
    void sweep(std::int64_t day, Day const& newest);

    SQLite::Database& database_;
    std::string name_;
    std::unique_ptr<SQLite::Statement> day_;
    std::unique_ptr<SQLite::Statement> days_of_date_;
    std::unique_ptr<SQLite::Statement> newest_date_;
    std::unique_ptr<SQLite::Statement> add_;
    std::unique_ptr<SQLite::Statement> drop_;
    std::map<std::int64_t, std::string> newest_before_; ///< dates by services
    std::vector<std::int64_t> noted_;
    bool all_ = false; ///< too many days were noted: look at each
};

} // namespace usaged
