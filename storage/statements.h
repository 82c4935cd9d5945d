#pragma once

#include "daemon/dataset/timestamp.h"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace usaged {

/// For a column that is NULL where there is no text.
inline std::optional<std::string_view> unless_empty(std::string_view text)
{
    return text.empty() ? std::nullopt : std::optional{text};
}

/// One use of a prepared statement; it is reset and its values are dropped at the end. Throws SQLite::Exception.
class Query {
public:
    explicit Query(SQLite::Statement& statement) : statement_{statement} {}
    Query(Query const&) = delete;
    Query& operator=(Query const&) = delete;
    ~Query();

    /// Binds the parameters ?1, ?2 … An empty optional is NULL. Values are copied.
    template <typename... Values>
    Query& bind(Values const&... values)
    {
        int index = 0;
        (bind_at(++index, values), ...);
        return *this;
    }

    bool step();        ///< whether there is a row (another one)
    std::int64_t run(); ///< for a statement without rows; how many rows it wrote, those of triggers left out

    // Of the present row, by index from 0.
    bool is_null(int column) const;
    std::int64_t integer(int column) const; ///< 0 for NULL
    std::string text(int column) const;     ///< empty for NULL
    std::optional<Timestamp> timestamp(int column) const;
    std::span<std::byte const> blob(int column) const; ///< until the next step

private:
    void bind_at(int index, std::string_view value);
    void bind_at(int index, std::int64_t value);
    void bind_at(int index, Timestamp value) { bind_at(index, std::string_view{format_timestamp(value)}); }
    void bind_at(int index, std::span<std::byte const> value);
    void bind_null(int index);
    template <typename Value>
    void bind_at(int index, std::optional<Value> const& value)
    {
        if (value)
            bind_at(index, *value);
        else
            bind_null(index);
    }

    SQLite::Statement& statement_;
};

/// The statements of one connection, each prepared at its first use. To be destroyed before the connection.
class Statements {
public:
    explicit Statements(SQLite::Database& database);
    ~Statements();

    /// `sql` is one statement in a string literal. Not to be used again while a Query of it lives.
    Query operator()(char const* sql);

private:
    SQLite::Database& database_;
    std::map<std::string_view, std::unique_ptr<SQLite::Statement>> prepared_;
};

} // namespace usaged
