#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"
#include "storage/row_writer.h"
#include "storage/snapshot_store.h"

#include <array>
#include <memory>
#include <string>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace usaged {

/// For a dataset that is not compact: inserts a row, or changes the one with the same key where a measure or `extra`
/// differs, or writes nothing.
std::string upsert_sql(Dataset const& dataset);

/// For a dataset that is not compact: inserts a row, or writes nothing if there is one with the same key.
std::string insert_sql(Dataset const& dataset);

/// A prepared statement whose parameters are the columns of a row, `extra` and the poll.
class RowStatement {
public:
    RowStatement(SQLite::Database& database, std::string const& sql, Dataset const& dataset, PollId poll);
    ~RowStatement();

    /// Ready to be executed; until the next call.
    SQLite::Statement& bind(Row const& row);

private:
    void bind_text(std::size_t column, std::string_view text);

    std::span<Column const> columns_;
    std::unique_ptr<SQLite::Statement> statement_;
    // SQLite reads the texts from here. A text that is the previous row's, as most are, is neither copied nor bound.
    std::array<std::string, max_columns + 1> texts_;
    std::array<bool, max_columns + 1> bound_{};
};

/// Writes the rows of a dataset that is not compact.
class RowUpsert : public RowWriter {
public:
    RowUpsert(SQLite::Database& database, Dataset const& dataset, PollId poll);

    void write(Row const& row) override;

private:
    RowStatement insert_;
    RowStatement upsert_;
    std::string newest_stored_; ///< the table's newest processing date at construction
};

} // namespace usaged
