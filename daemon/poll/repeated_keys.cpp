#include "daemon/poll/repeated_keys.h"

#include "daemon/fault/error.h"

#include <algorithm>
#include <bit>
#include <map>
#include <span>
#include <string>
#include <string_view>

namespace usaged {

namespace {

std::uint64_t key_hash(Dataset const& dataset, Row const& row)
{
    std::uint64_t hash = 0;
    for (std::size_t i = 0; i < dataset.columns.size() && dataset.columns[i].key; ++i)
        hash = std::rotl(hash, 23) * 0x9E3779B97F4A7C15ULL + std::hash<std::string_view>{}(row.values[i].text);
    return hash;
}

std::string as_text(ColumnType type, Value const& value)
{
    switch (type) {
    case ColumnType::percent:
        return std::to_string(std::bit_cast<std::uint64_t>(value.real)) + ';';
    case ColumnType::count:
        return std::to_string(value.integer) + ';';
    case ColumnType::text:
    case ColumnType::guid:
    case ColumnType::timestamp:
        break;
    }
    return std::to_string(value.text.size()) + ':' + std::string{value.text};
}

/// The values of the key or of the rest, so that no two rows look alike by accident.
std::string joined(Dataset const& dataset, Row const& row, bool key)
{
    std::string out;
    for (std::size_t i = 0; i < dataset.columns.size(); ++i)
        if (dataset.columns[i].key == key) out += as_text(dataset.columns[i].type, row.values[i]);
    return key ? out : out.append(row.extra);
}

/// A row and the values that others with its key must have.
struct First {
    std::size_t page;
    std::size_t index;
    std::string values;
};

Error contradiction(Dataset const& dataset, First const& first, std::size_t page, std::size_t index)
{
    auto const path = [&](std::size_t page_number, std::size_t row) {
        return "page " + std::to_string(page_number + 1) + " " + std::string{dataset.envelope.items.front()} + "[" +
               std::to_string(row) + "]";
    };
    return Error{ErrorCategory::data,
                 path(first.page, first.index) + " and " + path(page, index) +
                     " have the same key and different values",
                 "Nothing was stored, because one of the two must be wrong. If this lasts, please report it to "
                 "Microsoft."};
}

/// Of key and values. Never 0.
std::uint64_t row_hash(Dataset const& dataset, Row const& row)
{
    auto const text = joined(dataset, row, true) + joined(dataset, row, false);
    return std::hash<std::string_view>{}(text) | 1U;
}

} // namespace

RepeatedKeys::RepeatedKeys(Dataset const& dataset, std::size_t room, std::size_t compared)
    : dataset_{dataset}, room_{room}, compared_{compared}, full_{room}
{
}

std::uint64_t RepeatedKeys::note(Row const& row)
{
    auto const hash = key_hash(dataset_, row);
    keep(hash);
    return hash;
}

void RepeatedKeys::keep(std::uint64_t hash)
{
    if ((hash & (parts_ - 1)) != part_) return;
    if (hashes_.size() == full_) drop_needless();
    if ((hash & (parts_ - 1)) == part_) hashes_.push_back(hash);
}

/// Two of each hash tell as much as all of them. What arrives and still has no room is left to later walks.
void RepeatedKeys::drop_needless()
{
    std::sort(hashes_.begin(), hashes_.end());
    auto out = hashes_.begin();
    for (auto const hash : hashes_)
        if (out - hashes_.begin() < 2 || out[-2] != hash) *out++ = hash;
    hashes_.erase(out, hashes_.end());
    // Not just a half, which is about what the first halving leaves.
    while (arriving_ && hashes_.size() > room_ / 4 * 3) {
        parts_ *= 2;
        std::erase_if(hashes_, [this](std::uint64_t hash) { return (hash & (parts_ - 1)) != part_; });
    }
    if (!arriving_) full_ = std::max(room_, 2 * hashes_.size());
}

/// Those that occur more than once, ascending. None are left.
RepeatedKeys::Hashes RepeatedKeys::take_repeated()
{
    std::sort(hashes_.begin(), hashes_.end());
    auto out = hashes_.begin();
    for (auto it = hashes_.begin(); it != hashes_.end();) {
        auto const next = std::find_if(it, hashes_.end(), [&](std::uint64_t hash) { return hash != *it; });
        if (next - it > 1) *out++ = *it;
        it = next;
    }
    Hashes repeated{hashes_.begin(), out};
    hashes_ = {};
    return repeated;
}

boost::asio::awaitable<std::int64_t> RepeatedKeys::repeated(Walk walk)
{
    PageRowVisitor const keep_key = [this](std::size_t, Row const& row) { keep(key_hash(dataset_, row)); };
    arriving_ = false;
    std::int64_t count = 0;
    for (;;) {
        auto hashes = take_repeated();
        if (!hashes.empty()) count += co_await compare(std::move(hashes), walk);
        if (++part_ == parts_) co_return count;
        co_await walk(keep_key);
    }
}

/// How many rows with these hashes repeat another. One walk, unless rows with the same hash do not look alike.
boost::asio::awaitable<std::int64_t> RepeatedKeys::compare(Hashes hashes, Walk const& walk) const
{
    Hashes firsts(hashes.size(), 0); // the row_hash of the first row with each
    std::vector<bool> unlike(hashes.size(), false);
    std::int64_t rows = 0;
    PageRowVisitor const look = [&](std::size_t, Row const& row) {
        auto const key = key_hash(dataset_, row);
        auto const found = std::lower_bound(hashes.begin(), hashes.end(), key);
        if (found == hashes.end() || *found != key) return;
        ++rows;
        auto const place = static_cast<std::size_t>(found - hashes.begin());
        auto const hash = row_hash(dataset_, row);
        if (firsts[place] == 0) firsts[place] = hash;
        if (firsts[place] != hash) unlike[place] = true;
    };
    co_await walk(look);
    auto const different = static_cast<std::int64_t>(hashes.size());
    firsts = {};
    Hashes odd;
    for (std::size_t i = 0; i < hashes.size(); ++i)
        if (unlike[i]) odd.push_back(hashes[i]);
    hashes = {};
    auto const alike_by_accident = co_await compare_exactly(std::move(odd), walk);
    co_return rows - different - alike_by_accident;
}

/// Throws if a key with one of these hashes has different values. Else different keys have the same hash: how many
/// there are beyond one for each hash.
boost::asio::awaitable<std::int64_t> RepeatedKeys::compare_exactly(Hashes hashes, Walk const& walk) const
{
    std::int64_t more = 0;
    for (std::size_t done = 0; done < hashes.size(); done += compared_) {
        auto const part = std::span{hashes}.subspan(done, std::min(compared_, hashes.size() - done));
        std::map<std::string, First> rows;
        PageRowVisitor const look = [&](std::size_t page, Row const& row) {
            if (!std::binary_search(part.begin(), part.end(), key_hash(dataset_, row))) return;
            auto values = joined(dataset_, row, false);
            auto const [place, is_new] = rows.try_emplace(joined(dataset_, row, true), First{page, row.index, values});
            if (!is_new && place->second.values != values)
                throw contradiction(dataset_, place->second, page, row.index);
        };
        co_await walk(look);
        more += static_cast<std::int64_t>(rows.size() - part.size());
    }
    co_return more;
}

} // namespace usaged
