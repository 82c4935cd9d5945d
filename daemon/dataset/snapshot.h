#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// One value of a row. Which member counts is said by the type of its column: `text` for text and timestamps (in the
/// stored form), `real` for percentages.
struct Value {
    std::string_view text;
    double real = 0;
};

/// One row of a page. Its texts live until the visitor that was handed the row returns.
struct Row {
    std::span<Value const> values; ///< one for each column of the dataset, in its order
    std::size_t index = 0;         ///< in the array of the page, from 0
    std::string_view extra; ///< JSON object of the fields that the dataset does not know; empty if there are none
};

using RowVisitor = std::function<void(Row const&)>;

/// Where the next page of a snapshot is.
struct NextPage {
    std::string uri;                ///< as the server sent it: absolute or relative
    std::string continuation_token; ///< for the header MS-ContinuationToken; empty if there is none
};

/// What decoding one page found, apart from the rows themselves.
struct PageSummary {
    std::size_t items = 0;    ///< elements of the array, good and bad
    std::size_t bad_rows = 0; ///< left out; always 0 unless bad rows are to be quarantined
    std::string first_bad;    ///< JSON path and reason of the first of them
    std::string data_from;    ///< oldest and newest processing date of the good rows; empty if there are none
    std::string data_to;
    std::size_t over_hundred = 0;               ///< percentages above 100
    std::vector<std::string> unknown_fields;    ///< names of fields of rows that were kept in `extra`, each once
    std::optional<std::int64_t> count_mismatch; ///< the server's count, if it differs from `items`
    std::optional<NextPage> next;
};

/// SHA-256 of a page as it arrived.
using PageHash = std::array<unsigned char, 32>;

/// One archived page of a snapshot.
struct SnapshotPage {
    PageHash hash;
};

/// All that one poll read: complete, or there is none. The rows are in the archive and are decoded as they are walked,
/// so a snapshot takes the memory of one page however many it has.
struct Snapshot {
    std::vector<SnapshotPage> pages;
    std::int64_t rows = 0;     ///< good rows, repeated ones included
    std::int64_t bad_rows = 0; ///< quarantined
    std::int64_t repeated = 0; ///< good rows whose key stood in the snapshot before, with the same values
    std::string data_from;     ///< oldest and newest processing date; empty if there are no rows
    std::string data_to;
    std::string degraded; ///< why the poll is degraded; empty if it is not
};

} // namespace usaged
