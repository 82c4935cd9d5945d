#include "storage/poll_undo.h"

#include "storage/ended_series.h"
#include "storage/sql_text.h"

#include <SQLiteCpp/Database.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace usaged {

namespace {

using Words = std::vector<std::pair<std::string_view, std::string>>;

/// `sql` with each word in braces replaced.
std::string fill(std::string_view sql, Words const& words)
{
    std::string text{sql};
    for (auto const& [word, replacement] : words) {
        auto const braced = "{" + std::string{word} + "}";
        for (auto at = text.find(braced); at != std::string::npos; at = text.find(braced, at + replacement.size()))
            text.replace(at, braced.size(), replacement);
    }
    return text;
}

/// Each name in `form`, where it stands for `{}`.
std::string each(std::vector<std::string_view> const& names, std::string_view form)
{
    std::string text;
    for (auto const name : names) text += fill(form, {{"", std::string{name}}});
    return text;
}

template <typename Wanted>
std::vector<std::string_view> columns(Dataset const& dataset, Wanted const& wanted)
{
    std::vector<std::string_view> names;
    for (auto const& column : dataset.columns)
        if (wanted(column)) names.push_back(column.name);
    return names;
}

// Of each key that a poll to be undone has changed: the values that were replaced first, and the poll that inserted the
// row. A row that is gone, or came anew, is made again from its revisions.
//
// REPLACE, because an update would leave a revision of its own.
constexpr std::string_view undo_plain = R"(
REPLACE INTO {t} ({columns}extra, first_poll_id, changed_poll_id)
SELECT {old columns}old.extra, min(undone.oldest, coalesce(row.first_poll_id, undone.oldest)), old.poll_id
FROM (
    SELECT min(rowid) FILTER (WHERE replaced_poll_id >= {from}) AS revision, min(poll_id) AS oldest
    FROM {t}_revision
    GROUP BY {key}) AS undone
CROSS JOIN {t}_revision AS old ON old.rowid = undone.revision
LEFT JOIN {t} AS row ON {same key}
WHERE old.poll_id < {from};
DELETE FROM {t} WHERE first_poll_id >= {from};
DELETE FROM {t}_revision WHERE replaced_poll_id >= {from};
)";

// A row moves to other numbers when a name changes, so it is looked for under all that have the same key. Days go with
// the poll that brought them, which brings them again with the same numbers.
constexpr std::string_view undo_compact = R"(
CREATE TEMP TABLE undone AS
SELECT min(old.rowid) FILTER (WHERE old.replaced_poll_id >= {from}) AS revision, min(old.poll_id) AS oldest
FROM {t}_row_revision AS old
JOIN {t}_day AS old_day ON old_day.id = old.day
{join old parts}
GROUP BY {old key}old_day.same_service, old_day.processed_date_time
HAVING revision IS NOT NULL;

CREATE TEMP TABLE present AS
SELECT undone.revision, row.day, {row parts}coalesce(row.first_poll_id, day.first_poll_id) AS first_poll_id
FROM temp.undone
CROSS JOIN {t}_row_revision AS old ON old.rowid = undone.revision
CROSS JOIN {t}_day AS old_day ON old_day.id = old.day
{join old parts}
CROSS JOIN {t}_day AS day
    ON day.same_service = old_day.same_service AND day.processed_date_time = old_day.processed_date_time
{join same parts}
CROSS JOIN {t}_row AS row ON row.day = day.id {and row parts};

DELETE FROM {t}_row WHERE ({parts}day) IN (SELECT {parts}day FROM temp.present);
DELETE FROM {t}_row WHERE day NOT IN (SELECT id FROM {t}_day WHERE first_poll_id < {from});
DELETE FROM {t}_row WHERE first_poll_id >= {from};
INSERT INTO {t}_row ({parts}day, {columns}extra, first_poll_id, changed_poll_id)
SELECT
    {old parts}old.day, {old columns}old.extra,
    nullif(undone.inserted, day.first_poll_id), nullif(old.poll_id, undone.inserted)
FROM (
    SELECT undone.revision, min(undone.oldest, coalesce(min(present.first_poll_id), undone.oldest)) AS inserted
    FROM temp.undone LEFT JOIN temp.present ON present.revision = undone.revision
    GROUP BY undone.revision) AS undone
JOIN {t}_row_revision AS old ON old.rowid = undone.revision
JOIN {t}_day AS day ON day.id = old.day
WHERE old.poll_id < {from} AND day.first_poll_id < {from};
DROP TABLE temp.present;
DROP TABLE temp.undone;
DELETE FROM {t}_row_revision WHERE replaced_poll_id >= {from};
DELETE FROM {t}_day WHERE first_poll_id >= {from};
)";

std::string undo_plain_sql(Dataset const& dataset)
{
    auto const all = columns(dataset, [](Column const&) { return true; });
    auto const key = columns(dataset, [](Column const& column) { return column.key; });
    auto same_key = each(key, "old.{} = row.{} AND ");
    auto key_list = each(key, "{}, ");
    return fill(undo_plain, {{"columns", each(all, "{}, ")},
                             {"old columns", each(all, "old.{}, ")},
                             {"same key", same_key.substr(0, same_key.size() - 5)},
                             {"key", key_list.substr(0, key_list.size() - 2)}});
}

std::string undo_compact_sql(Dataset const& dataset)
{
    std::vector<std::string_view> parts;
    for (auto const part : parts_of_rows(dataset)) parts.push_back(part_name(part));
    auto const measures = columns(dataset, [](Column const& column) { return column.part == Part::row; });
    return fill(undo_compact,
                {{"columns", each(measures, "{}, ")},
                 {"old columns", each(measures, "old.{}, ")},
                 {"parts", each(parts, "{}, ")},
                 {"old parts", each(parts, "old.{}, ")},
                 {"row parts", each(parts, "row.{}, ")},
                 {"old key", each(parts, "old_{}.same_as, ")},
                 {"and row parts", each(parts, "AND row.{} = {}.id ")},
                 {"join old parts", each(parts, "CROSS JOIN {t}_{} AS old_{} ON old_{}.id = old.{} ")},
                 {"join same parts", each(parts, "CROSS JOIN {t}_{} AS {} ON {}.same_as = old_{}.same_as ")}});
}

} // namespace

void undo_polls(SQLite::Database& database, Dataset const& dataset, PollId from)
{
    auto const sql = dataset.compact() ? undo_compact_sql(dataset) : undo_plain_sql(dataset);
    database.exec(
        fill(sql, {{"t", std::string{dataset.name}}, {"from", std::to_string(static_cast<std::int64_t>(from))}}));
    if (dataset.compact()) EndedSeries{database, dataset}.rebuild();
}

} // namespace usaged
