#pragma once

#include "daemon/dataset/dataset.h"
#include "tests/simulator/market.h"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// What somebody holds who took some of the answers of a market: told row by row in C++, to compare the database with.
class Ledger {
public:
    using Key = std::vector<std::string>;

    struct Held {
        StoredRow row;
        std::string since; ///< when the row was first taken
    };
    struct Replaced {
        StoredRow row;
        std::string at; ///< when another value took its place
    };

    explicit Ledger(Dataset const& dataset) : dataset_{&dataset} {}

    /// Takes an answer; `at` sorts as text.
    void take(std::vector<StoredRow> const& answer, std::string const& at);

    std::map<Key, Held> const& rows() const { return rows_; } ///< in the order of the dataset's key columns
    /// In the order of replacement; what one answer replaced, in that of the key.
    std::vector<Replaced> const& replaced() const { return replaced_; }

    /// The dataset's key of a row; with `from` 1 that of its series, for the processing date is the first part.
    Key key(StoredRow const& row, std::size_t from = 0) const;

    /// `service_code` of the commercial datasets, else `service_name`.
    std::string service_column() const;
    /// The newest processing date of each service.
    std::map<std::string, std::string> newest() const;
    /// The rows of these, in the order of the key.
    std::vector<StoredRow> newest_rows() const;
    /// The newest row of each series.
    std::vector<StoredRow> latest() const;
    /// The processing dates of each service, in order.
    std::map<std::string, std::vector<std::string>> dates() const;

private:
    Dataset const* dataset_;
    std::map<Key, Held> rows_;
    std::vector<Replaced> replaced_;
};

} // namespace usaged::test
