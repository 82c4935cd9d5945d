#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

namespace SQLite {
class Database;
class Statement;
} // namespace SQLite

namespace usaged {

/// One key and its names in a table of parts.
struct PartEntry {
    std::int64_t id = 0;
    std::int64_t same_as = 0; ///< id of the first entry with the same key
    bool renamed = false;     ///< there are further entries with the same key
};

/// The services, customers, products or workloads of a compact dataset: the table <dataset>_<part>. Keeps the entries
/// that it met in memory, up to a bound. Throws SQLite::Exception.
class PartTable {
public:
    PartTable(SQLite::Database& database, Dataset const& dataset, Part part);
    PartTable(PartTable&&) noexcept;
    ~PartTable();

    /// The entry with the key and the names of `row`; made if there is none. Valid until the next call.
    PartEntry const& intern(Row const& row);

private:
    bool is_last(Row const& row) const;
    PartEntry find_or_insert(Row const& row);
    void bind(SQLite::Statement& statement, int first_parameter, Row const& row) const;
    void keep(PartEntry const& entry);

    std::vector<std::size_t> columns_; ///< positions in a row
    std::unique_ptr<SQLite::Statement> find_;
    std::unique_ptr<SQLite::Statement> insert_;
    std::int64_t last_id_ = 0; ///< of the table
    std::string wanted_;       ///< the texts of the row
    std::string last_;         ///< those of the row before
    PartEntry last_entry_;
    std::unordered_map<std::string, PartEntry> known_;
    std::size_t known_bytes_ = 0;
};

} // namespace usaged
