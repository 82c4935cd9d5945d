#include "storage/compact_upsert.h"

#include "storage/sql_text.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

namespace usaged {

namespace {

/// The names of the primary key of <dataset>_row.
std::vector<std::string_view> key_names(Dataset const& dataset)
{
    std::vector<std::string_view> names{"day"};
    for (auto const part : parts_of_rows(dataset)) names.push_back(part_name(part));
    return names;
}

/// The names of what a row holds beside its key and its polls.
std::vector<std::string_view> value_names(Dataset const& dataset)
{
    std::vector<std::string_view> names;
    for (auto const position : columns_of(dataset, Part::row)) names.push_back(dataset.columns[position].name);
    names.push_back("extra");
    return names;
}

std::string parameter(std::size_t number)
{
    return "?" + std::to_string(number);
}

// The parameters of insert, upsert and move: the key, the values, the poll that brought the day, the poll of the row.
std::string insert_into(Dataset const& dataset)
{
    std::string key;
    std::string names;
    std::string parameters;
    std::size_t number = 0;
    for (auto const name : key_names(dataset)) {
        add_item(key, {name});
        add_item(parameters, {parameter(++number)});
    }
    for (auto const name : value_names(dataset)) {
        add_item(names, {name});
        add_item(parameters, {parameter(++number)});
    }
    auto const first_poll = "nullif(" + parameter(number + 2) + ", " + parameter(number + 1) + ")";
    return std::string{"INSERT INTO "}.append(dataset.name).append("_row (") + key + ", " + names +
           ", first_poll_id) VALUES (" + parameters + ", " + first_poll + ") ON CONFLICT (" + key + ") DO ";
}

std::string upsert_sql(Dataset const& dataset)
{
    std::string names;
    std::string excluded;
    std::string assignments;
    for (auto const name : value_names(dataset)) {
        add_item(names, {name});
        add_item(excluded, {"excluded.", name});
        add_item(assignments, {name, " = excluded.", name});
    }
    auto const poll = parameter(key_names(dataset).size() + value_names(dataset).size() + 2);
    return insert_into(dataset) + "UPDATE SET " + assignments + ", changed_poll_id = " + poll + " WHERE (" + names +
           ") IS NOT (" + excluded + ")";
}

// After the parameters of an insert comes the key that the row has.
std::string move_sql(Dataset const& dataset)
{
    std::string assignments;
    std::size_t number = 0;
    for (auto const name : key_names(dataset)) add_item(assignments, {name, " = ", parameter(++number)});
    for (auto const name : value_names(dataset)) add_item(assignments, {name, " = ", parameter(++number)});
    auto const first_poll_of_day = parameter(++number);
    auto const poll = parameter(++number);
    auto const old_day = parameter(number + 1);
    std::string condition;
    for (auto const name : key_names(dataset))
        condition.append(condition.empty() ? "" : " AND ").append(name).append(" = ").append(parameter(++number));
    std::string const table{dataset.name};
    return "UPDATE " + table + "_row SET " + assignments +
           ", first_poll_id = nullif(coalesce(first_poll_id, (SELECT first_poll_id FROM " + table +
           "_day WHERE id = " + old_day + ")), " + first_poll_of_day + "), changed_poll_id = " + poll + " WHERE " +
           condition;
}

// The parameters are the processing date, the series' service and its parts.
std::string find_sql(Dataset const& dataset)
{
    std::string const table{dataset.name};
    std::string found{"row.day"};
    std::string parts;
    std::string same;
    for (auto const part : parts_of_rows(dataset)) {
        std::string const name{part_name(part)};
        add_item(found, {"row.", name});
        parts += " CROSS JOIN " + table + "_" + name + " AS " + name + " ON " + name + ".same_as = ?";
        same += " AND row." + name + " = " + name + ".id";
    }
    return "SELECT " + found + " FROM (SELECT id FROM " + table +
           "_day WHERE processed_date_time = ? AND same_service = ?) AS day" + parts + " CROSS JOIN " + table +
           "_row AS row ON row.day = day.id" + same;
}

std::vector<PartTable> part_tables(SQLite::Database& database, Dataset const& dataset)
{
    std::vector<PartTable> tables;
    for (auto const part : parts_of_rows(dataset)) tables.emplace_back(database, dataset, part);
    return tables;
}

std::unique_ptr<SQLite::Statement> prepare(SQLite::Database& database, std::string const& sql)
{
    return std::make_unique<SQLite::Statement>(database, sql);
}

} // namespace

CompactUpsert::CompactUpsert(SQLite::Database& database, Dataset const& dataset, PollId poll)
    : RowWriter{database}, dataset_{dataset}, poll_{static_cast<std::int64_t>(poll)},
      key_size_{key_names(dataset).size()}, measures_{columns_of(dataset, Part::row)}, services_{database, dataset,
                                                                                                 Part::service},
      parts_{part_tables(database, dataset)}, days_{database, dataset, poll}, ended_{database, dataset},
      insert_{prepare(database, insert_into(dataset) + "NOTHING")}, upsert_{prepare(database, upsert_sql(dataset))},
      find_{prepare(database, find_sql(dataset))}, move_{prepare(database, move_sql(dataset))}
{
}

CompactUpsert::~CompactUpsert() = default;

void CompactUpsert::write(Row const& row)
{
    auto const place = place_of(row);
    auto written = Written::nothing;
    auto const stored = place.renamed ? find(row, place) : std::nullopt;
    if (stored && *stored != place.key) {
        bind(*move_, row, place);
        bind_key(*move_, static_cast<int>(key_size_ + measures_.size()) + 4, *stored);
        written = execute(*move_);
    } else {
        // See RowUpsert::write: most rows of a day that this poll brings are new.
        if (place.first_poll == poll_) {
            bind(*insert_, row, place);
            written = execute(*insert_);
        }
        if (written == Written::nothing) {
            bind(*upsert_, row, place);
            written = execute(*upsert_);
        }
        if (written == Written::changed) return;
    }
    if (written != Written::nothing) ended_.note(place.key[0]);
}

void CompactUpsert::finish()
{
    ended_.update();
}

CompactUpsert::Place CompactUpsert::place_of(Row const& row)
{
    auto const& service = services_.intern(row);
    auto const& day = days_.intern(row.values.front().text, service);
    Place place;
    place.key[0] = day.id;
    place.first_poll = day.first_poll;
    place.renamed = day.renamed;
    for (std::size_t i = 0; i < parts_.size(); ++i) {
        auto const& entry = parts_[i].intern(row);
        place.key[i + 1] = entry.id;
        place.same_as[i + 1] = entry.same_as;
        place.renamed = place.renamed || entry.renamed;
    }
    place.same_as[0] = service.same_as;
    return place;
}

std::optional<CompactUpsert::RowKey> CompactUpsert::find(Row const& row, Place const& place)
{
    find_->bind(1, std::string{row.values.front().text});
    for (std::size_t i = 0; i < key_size_; ++i) find_->bind(static_cast<int>(i) + 2, place.same_as[i]);
    std::optional<RowKey> found;
    if (find_->executeStep()) {
        found.emplace();
        for (std::size_t i = 0; i < key_size_; ++i) (*found)[i] = find_->getColumn(static_cast<int>(i)).getInt64();
    }
    find_->reset();
    return found;
}

void CompactUpsert::bind(SQLite::Statement& statement, Row const& row, Place const& place)
{
    bind_key(statement, 1, place.key);
    auto number = static_cast<int>(key_size_);
    for (auto const position : measures_) {
        auto const& value = row.values[position];
        if (dataset_.columns[position].type == ColumnType::percent)
            statement.bind(++number, value.real);
        else
            statement.bind(++number, value.integer);
    }
    ++number;
    if (row.extra.empty())
        statement.bind(number);
    else
        statement.bind(number, std::string{row.extra});
    statement.bind(++number, place.first_poll);
    statement.bind(++number, poll_);
}

void CompactUpsert::bind_key(SQLite::Statement& statement, int first_parameter, RowKey const& key) const
{
    for (std::size_t i = 0; i < key_size_; ++i) statement.bind(first_parameter + static_cast<int>(i), key[i]);
}

} // namespace usaged
