#include "storage/ended_series.h"

#include "storage/sql_text.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <utility>

namespace usaged {

namespace {

constexpr std::size_t max_noted_days = 65'536;

/// The pieces of SQL that name each part of rows once.
struct PartSql {
    std::string names;      ///< customer, product …
    std::string same_names; ///< customer.same_as, product.same_as …
    std::string entries;    ///< joins the entries of a row
    std::string same_row;   ///< a row `other` of the entries of `row`
};

PartSql part_sql(Dataset const& dataset)
{
    PartSql sql;
    std::string const table{dataset.name};
    for (auto const part : parts_of_rows(dataset)) {
        std::string const name{part_name(part)};
        add_item(sql.names, {name});
        add_item(sql.same_names, {name, ".same_as"});
        sql.entries += " CROSS JOIN " + table + "_" + name + " AS " + name + " ON " + name + ".id = row." + name;
        sql.same_row += " AND other." + name + " = row." + name;
    }
    return sql;
}

/// Whether the series has a row on the newest date, under whatever names. The first entry of a part is in the column
/// that is named by the part between `before` and `after`; ?1 is the service and ?2 the date.
std::string on_newest_date(Dataset const& dataset, std::string const& before, std::string const& after)
{
    std::string const table{dataset.name};
    std::string parts;
    std::string same;
    for (auto const part : parts_of_rows(dataset)) {
        std::string const name{part_name(part)};
        parts += " CROSS JOIN " + table + "_" + name + " AS same_" + name + " ON same_" + name + ".same_as = ";
        parts += before + name + after;
        same += " AND other." + name + " = same_" + name + ".id";
    }
    return "EXISTS (SELECT 1 FROM " + table + "_day AS newest" + parts + " CROSS JOIN " + table +
           "_row AS other ON other.day = newest.id" + same +
           " WHERE newest.same_service = ?1 AND newest.processed_date_time = ?2)";
}

// ?3 is the day to look through, ?4 one of the newest. Most series have a row of the same entries there, so that is
// looked for first.
std::string add_sql(Dataset const& dataset)
{
    std::string const table{dataset.name};
    auto const sql = part_sql(dataset);
    auto const date = [&](std::string const& day) {
        return "(SELECT processed_date_time FROM " + table + "_day WHERE id = " + day + ")";
    };
    return "INSERT INTO " + table + "_ended (" + sql.names + ", service, newest_day) SELECT " + sql.same_names +
           ", ?1, row.day FROM " + table + "_row AS row" + sql.entries +
           " WHERE row.day = ?3 AND NOT EXISTS"
           " (SELECT 1 FROM " +
           table + "_row AS other WHERE other.day = ?4" + sql.same_row + ") AND NOT " +
           on_newest_date(dataset, "", ".same_as") + " ON CONFLICT (" + sql.names +
           ", service) DO UPDATE SET newest_day = excluded.newest_day WHERE excluded.newest_day <> newest_day AND " +
           date("excluded.newest_day") + " >= " + date("newest_day");
}

std::string drop_sql(Dataset const& dataset)
{
    auto const table = std::string{dataset.name} + "_ended";
    return "DELETE FROM " + table + " WHERE service = ?1 AND " + on_newest_date(dataset, table + ".", "");
}

std::unique_ptr<SQLite::Statement> prepare(SQLite::Database& database, std::string const& sql)
{
    return std::make_unique<SQLite::Statement>(database, sql);
}

} // namespace

EndedSeries::EndedSeries(SQLite::Database& database, Dataset const& dataset)
    : database_{database}, name_{dataset.name}, day_{prepare(database,
                                                             "SELECT same_service, processed_date_time FROM " + name_ +
                                                                 "_day WHERE id = ?")},
      days_of_date_{prepare(database, "SELECT id FROM " + name_ +
                                          "_day WHERE same_service = ? AND processed_date_time = ? ORDER BY id")},
      newest_date_{prepare(database, "SELECT max(processed_date_time) FROM " + name_ + "_day WHERE same_service = ?")},
      add_{prepare(database, add_sql(dataset))}, drop_{prepare(database, drop_sql(dataset))}
{
    SQLite::Statement services{database, "SELECT id, (SELECT max(processed_date_time) FROM " + name_ +
                                             "_day WHERE same_service = service.id) FROM " + name_ +
                                             "_service AS service WHERE same_as = id"};
    while (services.executeStep()) newest_before_[services.getColumn(0).getInt64()] = services.getColumn(1).getString();
}

EndedSeries::~EndedSeries() = default;

void EndedSeries::note(std::int64_t day)
{
    if (all_ || (!noted_.empty() && noted_.back() == day)) return;
    noted_.push_back(day);
    if (noted_.size() < max_noted_days) return;
    std::sort(noted_.begin(), noted_.end());
    noted_.erase(std::unique(noted_.begin(), noted_.end()), noted_.end());
    all_ = noted_.size() > max_noted_days / 2;
}

void EndedSeries::update()
{
    if (all_) {
        noted_.clear();
        SQLite::Statement days{database_, "SELECT id FROM " + name_ + "_day"};
        while (days.executeStep()) noted_.push_back(days.getColumn(0).getInt64());
    }
    std::sort(noted_.begin(), noted_.end());
    noted_.erase(std::unique(noted_.begin(), noted_.end()), noted_.end());
    std::map<std::int64_t, std::vector<Day>> touched;
    for (auto const id : noted_) {
        day_->bind(1, id);
        if (day_->executeStep()) touched[day_->getColumn(0).getInt64()].push_back({id, day_->getColumn(1).getString()});
        day_->reset();
    }
    for (auto& [service, days] : touched) update_service(service, std::move(days));
}

void EndedSeries::rebuild()
{
    database_.exec("DELETE FROM " + name_ + "_ended");
    all_ = true;
    update();
}

void EndedSeries::update_service(std::int64_t service, std::vector<Day> touched)
{
    newest_date_->bind(1, service);
    newest_date_->executeStep();
    auto const date = newest_date_->getColumn(0).getString();
    newest_date_->reset();
    auto const& before = newest_before_[service];
    if (!before.empty() && before < date)
        for (auto& day : days_of(service, before)) touched.push_back(std::move(day));

    for (auto* statement : {drop_.get(), add_.get()}) {
        statement->bind(1, service);
        statement->bind(2, date);
    }
    drop_->exec();
    drop_->reset();
    auto const newest = days_of(service, date);
    for (auto const& day : touched)
        if (day.date < date) sweep(day.id, newest.back());
}

void EndedSeries::sweep(std::int64_t day, Day const& newest)
{
    add_->bind(3, day);
    add_->bind(4, newest.id);
    add_->exec();
    add_->reset();
}

std::vector<EndedSeries::Day> EndedSeries::days_of(std::int64_t service, std::string const& date)
{
    days_of_date_->bind(1, service);
    days_of_date_->bind(2, date);
    std::vector<Day> days;
    while (days_of_date_->executeStep()) days.push_back({days_of_date_->getColumn(0).getInt64(), date});
    days_of_date_->reset();
    return days;
}

} // namespace usaged
