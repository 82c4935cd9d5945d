#include "storage/row_upsert.h"

#include "storage/sql_text.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <string_view>

namespace usaged {

namespace {

std::string key_of(Dataset const& dataset)
{
    std::string key;
    for (auto const& column : dataset.columns)
        if (column.key) add_item(key, {column.name});
    return key;
}

std::string insert_into(Dataset const& dataset)
{
    std::string names;
    std::string parameters;
    for (auto const& column : dataset.columns) {
        add_item(names, {column.name});
        add_item(parameters, {"?"});
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
        add_item(measures, {name});
        add_item(excluded, {"excluded.", name});
        add_item(assignments, {name, " = excluded.", name});
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

SQLite::Statement& RowStatement::bind(Row const& row)
{
    for (std::size_t i = 0; i < columns_.size(); ++i) {
        auto const parameter = static_cast<int>(i) + 1;
        if (columns_[i].type == ColumnType::percent)
            statement_->bind(parameter, row.values[i].real);
        else if (columns_[i].type == ColumnType::count)
            statement_->bind(parameter, row.values[i].integer);
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
    return *statement_;
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
    : RowWriter{database}, insert_{database, insert_sql(dataset), dataset, poll}, upsert_{database, upsert_sql(dataset),
                                                                                          dataset, poll},
      newest_stored_{
          database.execAndGet("SELECT max(processed_date_time) FROM " + std::string{dataset.name}).getString()}
{
}

// A statement that may fire a trigger copies each page that it writes into a journal of its own, for the case that it
// fails halfway; that doubles the time of an insert. Most rows of a processing date after the stored ones are not there
// yet, so they are tried without.
void RowUpsert::write(Row const& row)
{
    auto const is_new = row.values.front().text > newest_stored_;
    if (is_new && execute(insert_.bind(row)) != Written::nothing) return;
    execute(upsert_.bind(row));
}

} // namespace usaged
