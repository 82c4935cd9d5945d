#pragma once

#include "daemon/dataset/dataset.h"
#include "storage/part_table.h"
#include "storage/snapshot_store.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace usaged {

/// A processing date of a service.
struct Day {
    std::int64_t id = 0;
    std::int64_t first_poll = 0;
    bool renamed = false; ///< there are rows of the date under another name of the service too
};

/// The table <dataset>_day of a compact dataset. Keeps the days that it met in memory, up to a bound. Throws
/// SQLite::Exception.
class DayTable {
public:
    DayTable(SQLite::Database& database, Dataset const& dataset, PollId poll);
    ~DayTable();

    /// Made if there is none. Valid until the next call.
    Day const& intern(std::string_view processed_date_time, PartEntry const& service);

private:
    Day find_or_insert(std::string_view processed_date_time, PartEntry const& service);

    SQLite::Database& database_;
    std::int64_t poll_;
    std::unique_ptr<SQLite::Statement> find_;
    std::unique_ptr<SQLite::Statement> insert_;
    std::string last_date_;
    std::int64_t last_service_ = 0;
    Day last_;
    std::unordered_map<std::string, Day> known_;
};

} // namespace usaged
