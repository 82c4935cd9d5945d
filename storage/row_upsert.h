#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"
#include "storage/snapshot_store.h"

#include <array>
#include <memory>
#include <string>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace usaged {

/// Inserts a row, or changes the one with the same key where a measure or `extra` differs, or writes nothing.
std::string upsert_sql(Dataset const& dataset);

/// Inserts a row, or writes nothing if there is one with the same key.
std::string insert_sql(Dataset const& dataset);

/// A prepared statement whose parameters are the columns of a row, `extra` and the poll.
class RowStatement {
public:
    RowStatement(SQLite::Database& database, std::string const& sql, Dataset const& dataset, PollId poll);
    ~RowStatement();

    /// Whether it wrote the row.
    bool run(Row const& row);

private:
    void bind_text(std::size_t column, std::string_view text);

    std::span<Column const> columns_;
    std::unique_ptr<SQLite::Statement> statement_;
    // SQLite reads the texts from here. A text that is the previous row's, as most are, is neither copied nor bound.
    std::array<std::string, max_columns + 1> texts_;
    std::array<bool, max_columns + 1> bound_{};
};

/// Writes rows of one poll into the dataset's table. Throws SQLite::Exception.
class RowUpsert {
public:
    RowUpsert(SQLite::Database& database, Dataset const& dataset, PollId poll);

    void write(Row const& row);

    /// What was written since construction, in which time nothing else may write through the connection.
    std::int64_t inserted() const;
    std::int64_t changed() const;

private:
    SQLite::Database& database_;
    RowStatement insert_;
    RowStatement upsert_;
    std::string newest_stored_; ///< the table's newest processing date at construction
    std::int64_t written_ = 0;
    std::int64_t total_at_start_;
};

} // namespace usaged
