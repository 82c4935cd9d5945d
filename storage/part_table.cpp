#include "storage/part_table.h"

#include "storage/sql_text.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>
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

// Parameters are numbered in the order of the columns; before them, an insert has the numbers of the entry.
PartSql sql_of(Dataset const& dataset, Part part)
{
    auto const table = std::string{dataset.name}.append("_").append(part_name(part));
    std::string names;
    std::string parameters;
    std::string same_names{"true"};
    std::string same_key{"true"};
    int number = 0;
    for (auto const position : columns_of(dataset, part)) {
        auto const& column = dataset.columns[position];
        add_item(names, {column.name});
        add_item(parameters, {"?"});
        auto& same = column.key ? same_key : same_names;
        same.append(" AND ").append(column.name).append(" = ?").append(std::to_string(++number));
    }
    return {"SELECT id, same_as, " + same_names + " FROM " + table + " WHERE " + same_key,
            "INSERT INTO " + table + " (id, same_as, " + names + ") VALUES (?, ?, " + parameters + ")"};
}

} // namespace

PartTable::PartTable(SQLite::Database& database, Dataset const& dataset, Part part)
    : columns_{columns_of(dataset, part)}
{
    auto const sql = sql_of(dataset, part);
    find_ = std::make_unique<SQLite::Statement>(database, sql.find);
    insert_ = std::make_unique<SQLite::Statement>(database, sql.insert);
    auto const table = std::string{dataset.name}.append("_").append(part_name(part));
    last_id_ = database.execAndGet("SELECT coalesce(max(id), 0) FROM " + table).getInt64();
}

PartTable::PartTable(PartTable&&) noexcept = default;

PartTable::~PartTable() = default;

PartEntry const& PartTable::intern(Row const& row)
{
    if (is_last(row)) return last_entry_;
    wanted_.clear();
    for (auto const position : columns_) wanted_.append(row.values[position].text).push_back('\0');
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

bool PartTable::is_last(Row const& row) const
{
    std::string_view rest{last_};
    for (auto const position : columns_) {
        auto const text = row.values[position].text;
        if (rest.size() <= text.size() || rest[text.size()] != '\0' || !rest.starts_with(text)) return false;
        rest.remove_prefix(text.size() + 1);
    }
    return rest.empty();
}

PartEntry PartTable::find_or_insert(Row const& row)
{
    PartEntry entry;
    std::size_t others = 0; // with the same key
    bind(*find_, 1, row);
    while (find_->executeStep()) {
        entry.same_as = find_->getColumn(1).getInt64();
        if (find_->getColumn(2).getInt() != 0)
            entry.id = find_->getColumn(0).getInt64();
        else
            ++others;
    }
    find_->reset();
    entry.renamed = others > 0;
    if (entry.id != 0) return entry;

    entry.id = ++last_id_;
    if (!entry.renamed) entry.same_as = entry.id;
    insert_->bind(1, entry.id);
    insert_->bind(2, entry.same_as);
    bind(*insert_, 3, row);
    insert_->exec();
    insert_->reset();
    // What is known of the other entries with the key is no longer true.
    if (entry.renamed) known_.clear();
    return entry;
}

void PartTable::bind(SQLite::Statement& statement, int first_parameter, Row const& row) const
{
    auto parameter = first_parameter;
    for (auto const position : columns_) statement.bind(parameter++, std::string{row.values[position].text});
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
