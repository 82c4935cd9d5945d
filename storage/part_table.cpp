#include "storage/part_table.h"

#include "storage/sql_text.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

namespace usaged {

namespace {

/// What the entries in memory may take: those of some 25 000 customers.
constexpr std::size_t max_known_bytes = 4u << 20;
constexpr std::size_t bytes_beside_texts = 96;

struct PartSql {
    std::string find;
    std::string insert;
};

// Parameters are numbered in the order of the columns.
PartSql sql_of(Dataset const& dataset, Part part)
{
    auto const table = std::string{dataset.name}.append("_").append(part_name(part));
    std::string names;
    std::string parameters;
    std::string same_texts;
    std::string same_key;
    int number = 0;
    for (auto const position : columns_of(dataset, part)) {
        auto const& column = dataset.columns[position];
        auto const parameter = "?" + std::to_string(++number);
        add_item(names, {column.name});
        add_item(parameters, {parameter});
        auto const condition = std::string{" AND "}.append(column.name).append(" = ").append(parameter);
        same_texts += condition;
        if (column.key) same_key += condition;
    }
    return {"SELECT id, same_as, EXISTS (SELECT 1 FROM " + table +
                " AS other WHERE other.same_as = entry.same_as AND other.id <> entry.id) FROM " + table +
                " AS entry WHERE true" + same_texts,
            "INSERT INTO " + table + " (id, same_as, " + names + ") SELECT next.id, coalesce((SELECT same_as FROM " +
                table + " WHERE true" + same_key + " LIMIT 1), next.id), " + parameters +
                " FROM (SELECT coalesce(max(id), 0) + 1 AS id FROM " + table + ") AS next RETURNING id, same_as"};
}

} // namespace

PartTable::PartTable(SQLite::Database& database, Dataset const& dataset, Part part)
    : columns_{columns_of(dataset, part)}
{
    auto const sql = sql_of(dataset, part);
    find_ = std::make_unique<SQLite::Statement>(database, sql.find);
    insert_ = std::make_unique<SQLite::Statement>(database, sql.insert);
}

PartTable::PartTable(PartTable&&) noexcept = default;

PartTable::~PartTable() = default;

PartEntry const& PartTable::intern(Row const& row)
{
    wanted_.clear();
    for (auto const position : columns_) wanted_.append(row.values[position].text).push_back('\0');
    if (wanted_ == last_) return last_entry_;
    auto const known = known_.find(wanted_);
    if (known != known_.end()) {
        last_entry_ = known->second;
    } else {
        last_entry_ = find_or_insert(row);
        keep(last_entry_);
    }
    last_.swap(wanted_);
    return last_entry_;
}

PartEntry PartTable::find_or_insert(Row const& row)
{
    bind(*find_, row);
    PartEntry entry;
    if (find_->executeStep()) {
        entry = {find_->getColumn(0).getInt64(), find_->getColumn(1).getInt64(), find_->getColumn(2).getInt() != 0};
        find_->reset();
        return entry;
    }
    find_->reset();
    bind(*insert_, row);
    insert_->executeStep();
    entry = {insert_->getColumn(0).getInt64(), insert_->getColumn(1).getInt64(), false};
    insert_->executeStep(); // the row is in when the statement is done
    insert_->reset();
    entry.renamed = entry.same_as != entry.id;
    // What is known of the other entries with the key is no longer true.
    if (entry.renamed) known_.clear();
    return entry;
}

void PartTable::bind(SQLite::Statement& statement, Row const& row) const
{
    int parameter = 0;
    for (auto const position : columns_) statement.bind(++parameter, std::string{row.values[position].text});
}

void PartTable::keep(PartEntry const& entry)
{
    auto const bytes = wanted_.size() + bytes_beside_texts;
    if (known_.empty()) known_bytes_ = 0;
    if (known_bytes_ + bytes > max_known_bytes) {
        known_.clear();
        known_bytes_ = 0;
    }
    known_.emplace(wanted_, entry);
    known_bytes_ += bytes;
}

} // namespace usaged
