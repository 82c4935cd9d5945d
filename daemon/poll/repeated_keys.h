#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace usaged {

/// Finds rows of one snapshot that have the same key. One pass over the rows keeps 8 bytes of each; only if two of
/// these agree, a second pass compares the rows themselves.
class RepeatedKeys {
public:
    explicit RepeatedKeys(Dataset const& dataset) : dataset_{dataset} {}

    /// The first pass.
    void note(Row const& row);

    /// Ends the first pass. Whether a second one is needed.
    bool any();

    /// The second pass. Throws Error with ErrorCategory::data if a row with the same key and other values was seen on
    /// it.
    void compare(std::size_t page, Row const& row);

    /// Rows of the second pass whose key and values were there before.
    std::int64_t repeated() const { return repeated_; }

private:
    struct First {
        std::size_t page;
        std::size_t index;
        std::string values;
    };

    Dataset const& dataset_;
    std::vector<std::uint64_t> hashes_; ///< after any(): those that occur more than once, ascending
    std::map<std::string, First> rows_;
    std::int64_t repeated_ = 0;
};

} // namespace usaged
