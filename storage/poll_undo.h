#pragma once

#include "daemon/dataset/dataset.h"
#include "storage/snapshot_store.h"

namespace SQLite {
class Database;
}

namespace usaged {

/// Takes the rows and revisions of the dataset back to what they were before the poll `from`, as if neither it nor any
/// later one had stored anything. Entries of customers, products, workloads and services stay, so that the polls find
/// them under the same numbers when they are applied again. In a transaction of the caller. Throws SQLite::Exception.
void undo_polls(SQLite::Database& database, Dataset const& dataset, PollId from);

} // namespace usaged
