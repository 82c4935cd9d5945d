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
#include <string>
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

    /// Where a row belongs.
    struct Place {
        RowKey key{};
        RowKey same_as{};            ///< the service and the parts as their first entries: the series
        std::int64_t first_poll = 0; ///< of the day
        bool renamed = false; ///< the row may be there under another key, because a name of something in it changed
    };

    Place place_of(Row const& row);
    std::optional<RowKey> find(Row const& row, Place const& place);
    void bind(SQLite::Statement& statement, Row const& row, Place const& place);
    void bind_key(SQLite::Statement& statement, int first_parameter, RowKey const& key) const;

    Dataset const& dataset_;
    std::int64_t poll_;
    std::size_t key_size_;
    std::vector<std::size_t> measures_; ///< positions in a row
    PartTable services_;
    std::vector<PartTable> parts_; ///< in the order of the key
    DayTable days_;
    EndedSeries ended_;
    std::unique_ptr<SQLite::Statement> insert_;
    std::unique_ptr<SQLite::Statement> upsert_;
    std::unique_ptr<SQLite::Statement> find_;
    std::unique_ptr<SQLite::Statement> move_;
};

} // namespace usaged
