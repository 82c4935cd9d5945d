#include "daemon/poll/repeated_keys.h"

#include "daemon/fault/error.h"

#include <algorithm>
#include <bit>
#include <functional>
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

/// The texts of the key or of the rest, each with its length before it, so that no two rows look alike by accident.
std::string joined(Dataset const& dataset, Row const& row, bool key)
{
    std::string out;
    for (std::size_t i = 0; i < dataset.columns.size(); ++i) {
        auto const& column = dataset.columns[i];
        if (column.key != key) continue;
        if (column.type == ColumnType::percent) {
            out += std::to_string(std::bit_cast<std::uint64_t>(row.values[i].real));
            out += ';';
        } else {
            out += std::to_string(row.values[i].text.size());
            out += ':';
            out += row.values[i].text;
        }
    }
    return key ? out : out.append(row.extra);
}

} // namespace

void RepeatedKeys::note(Row const& row)
{
    hashes_.push_back(key_hash(dataset_, row));
}

bool RepeatedKeys::any()
{
    std::sort(hashes_.begin(), hashes_.end());
    auto out = hashes_.begin();
    for (auto it = hashes_.begin(); it != hashes_.end();) {
        auto const next = std::find_if(it, hashes_.end(), [&](std::uint64_t hash) { return hash != *it; });
        if (next - it > 1) *out++ = *it;
        it = next;
    }
    hashes_.erase(out, hashes_.end());
    hashes_.shrink_to_fit();
    return !hashes_.empty();
}

void RepeatedKeys::compare(std::size_t page, Row const& row)
{
    if (!std::binary_search(hashes_.begin(), hashes_.end(), key_hash(dataset_, row))) return;
    auto values = joined(dataset_, row, false);
    auto const [first, inserted] = rows_.try_emplace(joined(dataset_, row, true), First{page, row.index, values});
    if (inserted) return;
    if (first->second.values != values) {
        auto const path = [&](std::size_t page_number, std::size_t index) {
            return "page " + std::to_string(page_number + 1) + " " + std::string{dataset_.envelope.items} + "[" +
                   std::to_string(index) + "]";
        };
        throw Error{ErrorCategory::data,
                    path(first->second.page, first->second.index) + " and " + path(page, row.index) +
                        " have the same key and different values",
                    "Nothing was stored, because one of the two must be wrong. If this lasts, please report it to "
                    "Microsoft."};
    }
    ++repeated_;
}

} // namespace usaged
