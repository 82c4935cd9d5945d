#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"
#include "storage/snapshot_store.h"

#include <cstdint>
#include <memory>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace usaged {

/// Writes the rows of one poll into the tables of a dataset, in a transaction of the caller. Rows are matched on the
/// dataset's key; for one that is there already with the same values nothing is written. Throws SQLite::Exception.
class RowWriter {
public:
    RowWriter(RowWriter const&) = delete;
    RowWriter& operator=(RowWriter const&) = delete;
    virtual ~RowWriter() = default;

    virtual void write(Row const& row) = 0;

    /// To be called once, after the last row.
    virtual void finish() {}

    // When it has finished:
    std::int64_t inserted() const { return inserted_; }
    std::int64_t changed() const { return changed_; } ///< what they replaced is in <dataset>_revision

protected:
    explicit RowWriter(SQLite::Database& database) : database_{database} {}

    enum class Written { nothing, inserted, changed };

    /// Executes a statement that inserts or updates one row, or writes nothing; resets it, and counts.
    Written execute(SQLite::Statement& statement);

    /// Executes a statement that inserts rows; resets it, and counts. How many it inserted.
    std::size_t execute_insert(SQLite::Statement& statement);

private:
    SQLite::Database& database_;
    std::int64_t inserted_ = 0;
    std::int64_t changed_ = 0;
};

/// `poll` is the one that the rows are from.
std::unique_ptr<RowWriter> make_row_writer(SQLite::Database& database, Dataset const& dataset, PollId poll);

} // namespace usaged
