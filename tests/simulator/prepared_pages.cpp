#include "tests/simulator/prepared_pages.h"

#include "tests/simulator/gzip.h"

namespace usaged::test {

PreparedPages::PreparedPages(std::vector<std::string> bodies, bool compress)
{
    for (auto& body : bodies) {
        auto compressed = compress ? gzip(body) : std::string{};
        pages_.push_back({std::move(body), std::move(compressed)});
    }
}

PreparedPage const* PreparedPages::page(std::string const& key)
{
    if (key.empty()) index_.clear();
    auto const index = index_.try_emplace(key, index_.size()).first->second;
    return index < pages_.size() ? &pages_[index] : nullptr;
}

} // namespace usaged::test
