#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

namespace usaged {

/// Finds rows of one snapshot that have the same key, in bounded memory. While the rows arrive, 8 bytes of each are
/// kept, as many as there is room for; only if two of these agree, or there was no room, the rows are looked at again.
class RepeatedKeys {
public:
    using PageRowVisitor = std::function<void(std::size_t page, Row const& row)>;
    /// Hands every row of the snapshot to its argument, with the number of its page from 0, always in the same order.
    using Walk = std::function<boost::asio::awaitable<void>(PageRowVisitor const&)>;

    /// Keeps at most `room` hashes, and at most `compared` at a time of those whose rows do not look alike.
    explicit RepeatedKeys(Dataset const& dataset, std::size_t room = std::size_t{1} << 21,
                          std::size_t compared = std::size_t{1} << 14);

    /// Each row, as it arrives. The hash of its key.
    std::uint64_t note(Row const& row);

    /// When all rows have arrived, once: how many of them have a key and values that were there before. Walks no more
    /// often than it must: once where rows repeat others. Throws Error with ErrorCategory::data if two rows have the
    /// same key and different values, and what `walk` throws.
    boost::asio::awaitable<std::int64_t> repeated(Walk walk);

private:
    using Hashes = std::vector<std::uint64_t>;

    void keep(std::uint64_t hash);
    void drop_needless();
    Hashes take_repeated();
    boost::asio::awaitable<std::int64_t> compare(Hashes hashes, Walk const& walk) const;
    boost::asio::awaitable<std::int64_t> compare_exactly(Hashes hashes, Walk const& walk) const;

    Dataset const& dataset_;
    std::size_t room_;
    std::size_t compared_;
    std::size_t full_; ///< how many hashes make it worth looking for those that are not needed
    bool arriving_ = true;
    std::uint64_t parts_ = 1; ///< a power of two: the hashes are looked at in so many parts, one after the other…
    std::uint64_t part_ = 0;  ///< …those that leave this remainder
    Hashes hashes_;           ///< of the present part
};

} // namespace usaged
