#pragma once

#include "daemon/dataset/dataset.h"
#include "storage/day_table.h"
#include "storage/ended_series.h"
#include "storage/part_table.h"
#include "storage/row_writer.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace usaged {

/// Writes the rows of a compact dataset: the parts of a row go into tables of their own, once each.
class CompactUpsert : public RowWriter {
public:
    CompactUpsert(SQLite::Database& database, Dataset const& dataset, PollId poll);
    ~CompactUpsert() override;

    void write(Row const& row) override;
    void finish() override;

private:
    /// The day and the entries of the parts: the primary key of <dataset>_row. What a dataset does not have is 0.
    using RowKey = std::array<std::int64_t, 4>;

    struct Measure {
        std::int64_t integer = 0;
        double real = 0;
    };
    static constexpr std::size_t max_measures = 3;

    /// A row of a day that this poll brings.
    struct NewRow {
        RowKey key{};
        std::array<Measure, max_measures> measures{};
    };

    /// Where a row belongs.
    struct Place {
        RowKey key{};
        RowKey same_as{};            ///< the service and the parts as their first entries: the series
        std::int64_t first_poll = 0; ///< of the day
        bool renamed = false; ///< the row may be there under another key, because a name of something in it changed
    };

    void write_at(Place const& place, Row const& row);
    void keep(Place const& place, Row const& row);
    void insert_new_rows();
    bool insert_group(std::span<NewRow const> rows);
    void insert_one(NewRow const& row);
    Place place_of(Row const& row);
    std::optional<RowKey> find(Row const& row, Place const& place);
    void bind(SQLite::Statement& statement, Row const& row, Place const& place);
    void bind_key(SQLite::Statement& statement, int first_parameter, RowKey const& key) const;
    int bind_new(SQLite::Statement& statement, int first_parameter, NewRow const& row) const;

    Dataset const& dataset_;
    std::int64_t poll_;
    std::size_t key_size_;
    std::vector<std::size_t> measures_; ///< positions in a row
    PartTable services_;
    std::vector<PartTable> parts_; ///< in the order of the key
    DayTable days_;
    EndedSeries ended_;
    std::vector<NewRow> new_rows_; ///< not inserted yet
    std::unique_ptr<SQLite::Statement> insert_group_;
    std::unique_ptr<SQLite::Statement> upsert_;
    std::unique_ptr<SQLite::Statement> find_;
    std::unique_ptr<SQLite::Statement> move_;
};

} // namespace usaged
