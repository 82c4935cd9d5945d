#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace usaged {

enum class ColumnType {
    text,      ///< 1 to 4096 bytes of UTF-8 without U+0000, kept byte for byte
    guid,      ///< a text; one of the form of a GUID is kept in lower case, because the service sends both cases
    timestamp, ///< any form that parse_timestamp takes; kept as UTC text
    percent,   ///< a finite JSON number from 0 upwards; its scale is not documented, so it is never changed
    count,     ///< a JSON integer from 0 to 2^63-1, or a text of such a number, as sibling endpoints send it
};

/// What of a row a column is about. Where parts repeat in row after row (customers, products…), the store keeps each
/// once, and rows refer to it: see Dataset::compact.
enum class Part {
    row, ///< the row itself
    day, ///< the processing date; the store keeps one for each date and service
    service,
    customer,
    product,
    workload,
};

/// One field of the API and the column that it is kept in.
struct Column {
    std::string_view name;    ///< the column: snake_case of the API's name
    std::string_view field;   ///< the documented spelling in the API
    std::string_view variant; ///< another spelling that the API's own samples use, of a count; else empty
    ColumnType type;
    std::string_view unit; ///< of a measure, for people; empty for all other columns
    bool key;
    Part part = Part::row;
    bool optional = false; ///< documented, but absent from the documented samples: an empty text stands for "not sent"
};

/// Names of the parts of an answer around the rows, each with the other spellings that are accepted; empty texts fill
/// up.
struct Envelope {
    std::array<std::string_view, 2> items; ///< the array of rows
    std::array<std::string_view, 2> count; ///< the number of rows
    std::array<std::string_view, 3> next;  ///< text or null: the URL of the next page; none if `links.next` has it
    bool counts_page; ///< the count is required and is that of the page; else it may be absent or that of the query
};

/// How the rows of a dataset are asked for.
enum class Collection {
    partner,    ///< one request
    customers,  ///< one request for each customer; `{customer-id}` in the path stands for the customer's id
    commercial, ///< pages by `top` and `skip`; takes `filter`, `groupby` and `processedDateTime`
};

/// Everything that decoder, store, CSV and `check` need to know about one view of Partner Center. A further dataset is
/// a further description (and a migration), not further code.
struct Dataset {
    std::string_view name; ///< of the dataset, and of the table or view that people query
    Collection collection;
    std::span<std::string_view const> paths; ///< below the base URL; where there are two, the docs print both
    std::string_view path_prefix;            ///< what `links.*.uri` leaves out of a path; empty: nothing
    Envelope envelope;
    std::span<Column const> columns; ///< the key columns first, the processing date leading; then all others
    std::span<std::string_view const> ignored_fields; ///< fields of a row that say nothing about licences

    /// Whether the store keeps the parts of rows once and shows them by a view; else rows are kept as they are.
    bool compact() const;
};

/// The largest number of columns that a dataset has.
inline constexpr std::size_t max_columns = 16;

/// Every dataset that this version knows. They live as long as the program.
std::span<Dataset const> datasets();

/// The dataset of that name, or nullptr.
Dataset const* find_dataset(std::string_view name);

} // namespace usaged
