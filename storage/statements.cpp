#include "storage/statements.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

namespace usaged {

Query::~Query()
{
    // reset() would throw the error of the last step again.
    statement_.tryReset();
    statement_.clearBindings();
}

bool Query::step()
{
    return statement_.executeStep();
}

std::int64_t Query::run()
{
    return statement_.exec();
}

bool Query::is_null(int column) const
{
    return statement_.isColumnNull(column);
}

std::int64_t Query::integer(int column) const
{
    return statement_.getColumn(column).getInt64();
}

std::string Query::text(int column) const
{
    return statement_.getColumn(column).getString();
}

std::optional<Timestamp> Query::timestamp(int column) const
{
    return parse_timestamp(text(column));
}

std::span<std::byte const> Query::blob(int column) const
{
    auto const value = statement_.getColumn(column);
    auto const* const data = value.getBlob();
    return {static_cast<std::byte const*>(data), static_cast<std::size_t>(value.getBytes())};
}

void Query::bind_at(int index, std::string_view value)
{
    statement_.bind(index, std::string{value});
}

void Query::bind_at(int index, std::int64_t value)
{
    statement_.bind(index, value);
}

void Query::bind_at(int index, std::span<std::byte const> value)
{
    statement_.bind(index, value.data(), static_cast<int>(value.size()));
}

void Query::bind_null(int index)
{
    statement_.bind(index);
}

Statements::Statements(SQLite::Database& database) : database_{database} {}

Statements::~Statements() = default;

Query Statements::operator()(char const* sql)
{
    auto& statement = prepared_[sql];
    if (!statement) statement = std::make_unique<SQLite::Statement>(database_, sql);
    return Query{*statement};
}

} // namespace usaged
