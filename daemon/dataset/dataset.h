#pragma once

#include <array>
#include <span>
#include <string_view>

namespace usaged {

enum class ColumnType {
    text,      ///< 1 to 4096 bytes of UTF-8 without U+0000, kept byte for byte
    timestamp, ///< any form that parse_timestamp takes; kept as UTC text
    percent,   ///< a finite JSON number from 0 upwards; its scale is not documented, so it is never changed
};

/// One field of the API and the column that it is kept in.
struct Column {
    std::string_view name;    ///< the column: snake_case of the API's name
    std::string_view field;   ///< the documented spelling in the API
    std::string_view variant; ///< another spelling that the API's own samples use; empty if there is none
    ColumnType type;
    std::string_view unit; ///< of a measure, for people; empty for key columns
    bool key;
};

/// Where the rows and their count stand in an answer.
struct Envelope {
    std::string_view items; ///< name of the array of rows
    std::string_view count; ///< name of the number of rows
};

/// Everything that decoder, store, CSV and `check` need to know about one view of Partner Center. A further dataset is
/// a further description (and a migration), not further code.
struct Dataset {
    std::string_view name;        ///< of the dataset and of its table
    std::string_view path;        ///< below the base URL
    std::string_view path_prefix; ///< what `links.*.uri` leaves out of a path
    Envelope envelope;
    std::span<Column const> columns; ///< the key columns first, in the order of the primary key; then the measures
    std::span<std::string_view const> ignored_fields; ///< fields of a row that say nothing about licences
};

/// The largest number of columns that a dataset has.
inline constexpr std::size_t max_columns = 16;

/// Every dataset that this version knows. They live as long as the program.
std::span<Dataset const> datasets();

/// The dataset of that name, or nullptr.
Dataset const* find_dataset(std::string_view name);

} // namespace usaged
