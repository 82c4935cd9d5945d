#include "storage/compact_upsert.h"

#include "storage/sql_text.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>

namespace usaged {

namespace {

constexpr std::size_t max_new_rows = 10'000; // 1 MiB
constexpr std::size_t group_size = 32;

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
    names.emplace_back("extra");
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

// The parameters are the key and the measures, row by row. The other columns are NULL.
std::string insert_group_sql(Dataset const& dataset)
{
    std::string key;
    std::string measures;
    std::string row;
    for (auto const name : key_names(dataset)) {
        add_item(key, {name});
        add_item(row, {"?"});
    }
    for (auto const position : columns_of(dataset, Part::row)) {
        add_item(measures, {dataset.columns[position].name});
        add_item(row, {"?"});
    }
    std::string rows;
    for (std::size_t i = 0; i < group_size; ++i) add_item(rows, {"(", row, ")"});
    return std::string{"INSERT INTO "}.append(dataset.name).append("_row (") + key + ", " + measures + ") VALUES " +
           rows + " ON CONFLICT (" + key + ") DO NOTHING";
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
      insert_group_{prepare(database, insert_group_sql(dataset))}, upsert_{prepare(database, upsert_sql(dataset))},
      find_{prepare(database, find_sql(dataset))}, move_{prepare(database, move_sql(dataset))}
{
}

CompactUpsert::~CompactUpsert() = default;

void CompactUpsert::write(Row const& row)
{
    auto const place = place_of(row);
    if (place.first_poll == poll_ && !place.renamed && row.extra.empty()) {
        keep(place, row);
        return;
    }
    if (place.renamed) insert_new_rows(); // one of them may be the row under another name
    write_at(place, row);
}

void CompactUpsert::write_at(Place const& place, Row const& row)
{
    auto const stored = place.renamed ? find(row, place) : std::nullopt;
    auto written = Written::nothing;
    if (stored && *stored != place.key) {
        bind(*move_, row, place);
        bind_key(*move_, static_cast<int>(key_size_ + measures_.size()) + 4, *stored);
        written = execute(*move_);
        if (written != Written::nothing) ended_.note(place.key[0]);
    } else {
        bind(*upsert_, row, place);
        written = execute(*upsert_);
        if (written == Written::inserted) ended_.note(place.key[0]);
    }
}

void CompactUpsert::keep(Place const& place, Row const& row)
{
    auto& kept = new_rows_.emplace_back();
    kept.key = place.key;
    for (std::size_t i = 0; i < measures_.size(); ++i) {
        auto const& value = row.values[measures_[i]];
        kept.measures[i] = {value.integer, value.real};
    }
    if (new_rows_.size() >= max_new_rows) insert_new_rows();
}

// Most rows of a day that this poll brings are not there yet. In the order of the table, and many with one statement,
// SQLite finds their place at once: that halves the time.
void CompactUpsert::insert_new_rows()
{
    std::sort(new_rows_.begin(), new_rows_.end(), [](NewRow const& a, NewRow const& b) { return a.key < b.key; });
    for (std::span<NewRow const> rest{new_rows_}; !rest.empty();) {
        auto const group = rest.first(std::min(rest.size(), group_size));
        if (group.size() < group_size || !insert_group(group))
            for (auto const& row : group) insert_one(row);
        rest = rest.subspan(group.size());
    }
    new_rows_.clear();
}

/// Whether all rows were inserted; else some were.
bool CompactUpsert::insert_group(std::span<NewRow const> rows)
{
    int parameter = 1;
    for (auto const& row : rows) {
        parameter = bind_new(*insert_group_, parameter, row);
        ended_.note(row.key[0]);
    }
    return execute_insert(*insert_group_) == rows.size();
}

void CompactUpsert::insert_one(NewRow const& row)
{
    auto parameter = bind_new(*upsert_, 1, row);
    upsert_->bind(parameter); // extra
    upsert_->bind(++parameter, poll_);
    upsert_->bind(++parameter, poll_);
    if (execute(*upsert_) == Written::inserted) ended_.note(row.key[0]);
}

void CompactUpsert::finish()
{
    insert_new_rows();
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

/// The next parameter.
int CompactUpsert::bind_new(SQLite::Statement& statement, int first_parameter, NewRow const& row) const
{
    bind_key(statement, first_parameter, row.key);
    auto parameter = first_parameter + static_cast<int>(key_size_);
    for (std::size_t i = 0; i < measures_.size(); ++i, ++parameter) {
        auto const& measure = row.measures[i];
        if (dataset_.columns[measures_[i]].type == ColumnType::percent)
            statement.bind(parameter, measure.real);
        else
            statement.bind(parameter, measure.integer);
    }
    return parameter;
}

} // namespace usaged
