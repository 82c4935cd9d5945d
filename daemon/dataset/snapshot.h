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

/// One value of a row. Which member counts is said by the type of its column: `text` for texts, GUIDs and timestamps
/// (in the stored form; empty if it was not sent), `real` for percentages, `integer` for counts.
struct Value {
    std::string_view text;
    double real = 0;
    std::int64_t integer = 0;
};

/// One row of a page. Its texts live until the visitor that was handed the row returns.
struct Row {
    std::span<Value const> values; ///< one for each column of the dataset, in its order
    std::size_t index = 0;         ///< in the array of the page, from 0
    /// JSON object of the fields that the dataset does not know, in the order of their names; objects in it keep the
    /// order in which they were sent, so another order there is another value. Empty if there are none.
    std::string_view extra;
};

using RowVisitor = std::function<void(Row const&)>;

/// What the rows of a page do not say themselves, because the request did. Archived with the page, so that a replay
/// decodes it as the poll did.
struct PageScope {
    std::string customer_id;         ///< lower case: whose rows these are; empty unless asked for by customer
    std::string processed_date_time; ///< in the stored form: the date of grouped rows, which name none
    std::string groupby; ///< fields by their documented spelling, comma separated: all others of the key may be absent
    bool operator==(PageScope const&) const = default;
};

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
    std::size_t over_hundred = 0;            ///< percentages above 100
    std::vector<std::string> unknown_fields; ///< names of fields of rows that were kept in `extra`, each once
    std::optional<std::int64_t> count;       ///< the server's, of the page or of the query; see Envelope
    std::optional<NextPage> next;
};

/// SHA-256 of a page as it arrived.
using PageHash = std::array<unsigned char, 32>;

/// One archived page of a snapshot.
struct SnapshotPage {
    PageHash hash;
    PageScope scope;
    bool operator==(SnapshotPage const&) const = default;
};

/// A customer whose rows are not in a snapshot, because the server refuses them for good.
struct SkippedCustomer {
    std::string customer_id;
    std::string customer_name; ///< as the customer list has it; may be empty
    std::string reason;        ///< what the server said, in words, with the MS-RequestId
};

/// All that one poll read: complete, or there is none. The rows are in the archive and are decoded as they are walked,
/// so a snapshot takes the memory of one page however many it has.
struct Snapshot {
    std::vector<SnapshotPage> pages;
    std::int64_t rows = 0;         ///< good rows, repeated ones included
    std::int64_t bad_rows = 0;     ///< quarantined
    std::int64_t over_hundred = 0; ///< percentages above 100, bad rows left out
    std::int64_t repeated = 0;     ///< good rows whose key stood in the snapshot before, with the same values
    std::string data_from;         ///< oldest and newest processing date; empty if there are no rows
    std::string data_to;
    std::vector<std::string> unknown_fields; ///< of all pages, each once, fit for a log line
    std::vector<SkippedCustomer> skipped;
    std::string degraded; ///< why the poll is degraded; empty if it is not
};

} // namespace usaged
