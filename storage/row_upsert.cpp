#include "storage/row_upsert.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <initializer_list>
#include <string_view>

namespace usaged {

std::string upsert_sql(Dataset const& dataset)
{
    std::string names;
    std::string parameters;
    std::string key;
    std::string measures;
    std::string excluded;
    std::string assignments;
    auto const add = [](std::string& list, std::initializer_list<std::string_view> item) {
        if (!list.empty()) list += ", ";
        for (auto const part : item) list += part;
    };
    auto const add_column = [&](std::string_view name, bool is_key) {
        add(names, {name});
        add(parameters, {"?"});
        if (is_key) return add(key, {name});
        add(measures, {name});
        add(excluded, {"excluded.", name});
        add(assignments, {name, " = excluded.", name});
    };
    for (auto const& column : dataset.columns) add_column(column.name, column.key);
    add_column("extra", false);
    auto const poll = std::to_string(dataset.columns.size() + 2);

    std::string sql = "INSERT INTO ";
    sql.append(dataset.name).append(" (").append(names).append(", first_poll_id, changed_poll_id) VALUES (");
    sql.append(parameters).append(", ?").append(poll).append(", ?").append(poll).append(") ON CONFLICT (").append(key);
    sql.append(") DO UPDATE SET ").append(assignments).append(", changed_poll_id = excluded.changed_poll_id WHERE (");
    sql.append(measures).append(") IS NOT (").append(excluded).append(")");
    return sql;
}

RowUpsert::RowUpsert(SQLite::Database& database, Dataset const& dataset, PollId poll)
    : database_{database}, columns_{dataset.columns}, statement_{std::make_unique<SQLite::Statement>(
                                                          database, upsert_sql(dataset))},
      total_at_start_{sqlite3_total_changes64(database.getHandle())}
{
    statement_->bind(static_cast<int>(columns_.size()) + 2, static_cast<std::int64_t>(poll));
}

RowUpsert::~RowUpsert() = default;

void RowUpsert::write(Row const& row)
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
    written_ += statement_->exec();
    statement_->reset();
}

void RowUpsert::bind_text(std::size_t column, std::string_view text)
{
    auto& bound = texts_[column];
    if (bound_[column] && bound == text) return;
    bound.assign(text);
    statement_->bindNoCopy(static_cast<int>(column) + 1, bound);
    bound_[column] = true;
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
