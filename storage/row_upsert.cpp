#include "storage/row_upsert.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <initializer_list>
#include <string_view>

namespace usaged {

namespace {

void add(std::string& list, std::initializer_list<std::string_view> item)
{
    if (!list.empty()) list += ", ";
    for (auto const part : item) list += part;
}

std::string key_of(Dataset const& dataset)
{
    std::string key;
    for (auto const& column : dataset.columns)
        if (column.key) add(key, {column.name});
    return key;
}

std::string insert_into(Dataset const& dataset)
{
    std::string names;
    std::string parameters;
    for (auto const& column : dataset.columns) {
        add(names, {column.name});
        add(parameters, {"?"});
    }
    auto const poll = std::to_string(dataset.columns.size() + 2);
    std::string sql = "INSERT INTO ";
    sql.append(dataset.name).append(" (").append(names).append(", extra, first_poll_id, changed_poll_id) VALUES (");
    sql.append(parameters).append(", ?, ?").append(poll).append(", ?").append(poll).append(") ON CONFLICT (");
    return sql.append(key_of(dataset)).append(") DO ");
}

} // namespace

std::string upsert_sql(Dataset const& dataset)
{
    std::string measures;
    std::string excluded;
    std::string assignments;
    auto const add_measure = [&](std::string_view name) {
        add(measures, {name});
        add(excluded, {"excluded.", name});
        add(assignments, {name, " = excluded.", name});
    };
    for (auto const& column : dataset.columns)
        if (!column.key) add_measure(column.name);
    add_measure("extra");
    auto sql = insert_into(dataset);
    sql.append("UPDATE SET ").append(assignments).append(", changed_poll_id = excluded.changed_poll_id WHERE (");
    return sql.append(measures).append(") IS NOT (").append(excluded).append(")");
}

std::string insert_sql(Dataset const& dataset)
{
    return insert_into(dataset) + "NOTHING";
}

RowStatement::RowStatement(SQLite::Database& database, std::string const& sql, Dataset const& dataset, PollId poll)
    : columns_{dataset.columns}, statement_{std::make_unique<SQLite::Statement>(database, sql)}
{
    statement_->bind(static_cast<int>(columns_.size()) + 2, static_cast<std::int64_t>(poll));
}

RowStatement::~RowStatement() = default;

bool RowStatement::run(Row const& row)
{
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (columns_[i].type == ColumnType::percent)
            statement_->bind(static_cast<int>(i) + 1, row.values[i].real);
        else
            bind_text(i, row.values[i].text);
    }
    auto const extra = columns_.size();
    if (!row.extra.empty()) {
        bind_text(extra, row.extra);
    } else if (bound_[extra]) {
        statement_->bind(static_cast<int>(extra) + 1);
        bound_[extra] = false;
    }
    auto const written = statement_->exec();
    statement_->reset();
    return written > 0;
}

void RowStatement::bind_text(std::size_t column, std::string_view text)
{
    auto& bound = texts_[column];
    if (bound_[column] && bound == text) return;
    bound.assign(text);
    statement_->bindNoCopy(static_cast<int>(column) + 1, bound);
    bound_[column] = true;
}

RowUpsert::RowUpsert(SQLite::Database& database, Dataset const& dataset, PollId poll)
    : database_{database}, insert_{database, insert_sql(dataset), dataset, poll}, upsert_{database, upsert_sql(dataset),
                                                                                          dataset, poll},
      newest_stored_{
          database.execAndGet("SELECT max(processed_date_time) FROM " + std::string{dataset.name}).getString()},
      total_at_start_{sqlite3_total_changes64(database.getHandle())}
{
}

// A statement that may fire a trigger copies each page that it writes into a journal of its own, for the case that it
// fails halfway; that doubles the time of an insert. Most rows of a processing date after the stored ones are not there
// yet, so they are tried without.
void RowUpsert::write(Row const& row)
{
    auto const is_new = row.values.front().text > newest_stored_;
    if ((is_new && insert_.run(row)) || upsert_.run(row)) ++written_;
}

// SQLite counts the rows that triggers write in its total but not in the changes of a statement, and each change of a
// row writes one revision: written = inserted + changed, total = inserted + 2 * changed. So no row needs a look-up.
std::int64_t RowUpsert::changed() const
{
    return sqlite3_total_changes64(database_.getHandle()) - total_at_start_ - written_;
}

std::int64_t RowUpsert::inserted() const
{
    return written_ - changed();
}

} // namespace usaged
