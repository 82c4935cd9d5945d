#include "storage/day_table.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace usaged {

namespace {

constexpr std::size_t max_known_days = 16'384;

} // namespace

DayTable::DayTable(SQLite::Database& database, Dataset const& dataset, PollId poll)
    : database_{database}, poll_{static_cast<std::int64_t>(poll)}
{
    auto const table = std::string{dataset.name} + "_day";
    find_ = std::make_unique<SQLite::Statement>(
        database, "SELECT id, first_poll_id, EXISTS (SELECT 1 FROM " + table +
                      " AS other WHERE other.same_service = day.same_service"
                      " AND other.processed_date_time = day.processed_date_time AND other.id <> day.id) FROM " +
                      table + " AS day WHERE processed_date_time = ? AND service = ?");
    insert_ = std::make_unique<SQLite::Statement>(
        database,
        "INSERT INTO " + table + " (processed_date_time, service, same_service, first_poll_id) VALUES (?, ?, ?, ?)");
}

DayTable::~DayTable() = default;

Day const& DayTable::intern(std::string_view processed_date_time, PartEntry const& service)
{
    if (service.id == last_service_ && processed_date_time == last_date_) return last_;
    auto const wanted = std::to_string(service.id).append(" ").append(processed_date_time);
    auto const known = known_.find(wanted);
    if (known != known_.end()) {
        last_ = known->second;
    } else {
        last_ = find_or_insert(processed_date_time, service);
        if (known_.size() >= max_known_days) known_.clear();
        known_.emplace(wanted, last_);
    }
    last_date_.assign(processed_date_time);
    last_service_ = service.id;
    return last_;
}

Day DayTable::find_or_insert(std::string_view processed_date_time, PartEntry const& service)
{
    std::string const date{processed_date_time};
    for (bool is_new = false;; is_new = true) {
        find_->bind(1, date);
        find_->bind(2, service.id);
        if (find_->executeStep()) {
            Day const day{find_->getColumn(0).getInt64(), find_->getColumn(1).getInt64(),
                          find_->getColumn(2).getInt() != 0};
            find_->reset();
            // What is known of the other days of the service and the date is no longer true.
            if (is_new && day.renamed) known_.clear();
            return day;
        }
        find_->reset();
        insert_->bind(1, date);
        insert_->bind(2, service.id);
        insert_->bind(3, service.same_as);
        insert_->bind(4, poll_);
        insert_->exec();
        insert_->reset();
    }
}

} // namespace usaged
