#include "storage/row_writer.h"

#include "storage/compact_upsert.h"
#include "storage/row_upsert.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

namespace usaged {

// The total counts the rows that triggers write too, and a row that changes writes one revision: so one is an insert
// and two are a change, and no row needs a look-up.
RowWriter::Written RowWriter::execute(SQLite::Statement& statement)
{
    auto* const handle = database_.getHandle();
    auto const before = sqlite3_total_changes64(handle);
    statement.exec();
    statement.reset();
    auto const written = sqlite3_total_changes64(handle) - before;
    if (written == 0) return Written::nothing;
    ++(written == 1 ? inserted_ : changed_);
    return written == 1 ? Written::inserted : Written::changed;
}

std::size_t RowWriter::execute_insert(SQLite::Statement& statement)
{
    auto const written = statement.exec();
    statement.reset();
    inserted_ += written;
    return static_cast<std::size_t>(written);
}

std::unique_ptr<RowWriter> make_row_writer(SQLite::Database& database, Dataset const& dataset, PollId poll)
{
    if (dataset.compact()) return std::make_unique<CompactUpsert>(database, dataset, poll);
    return std::make_unique<RowUpsert>(database, dataset, poll);
}

} // namespace usaged
