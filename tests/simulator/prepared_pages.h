#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace usaged::test {

/// A body, and the same compressed.
struct PreparedPage {
    std::string plain;
    std::string compressed; ///< empty unless wanted
};

/// Bodies that go out in their order, whatever the requests say.
class PreparedPages {
public:
    PreparedPages() = default;
    PreparedPages(std::vector<std::string> bodies, bool compress);

    bool empty() const { return pages_.empty(); }

    /// The first page if `key` is empty; for each other key the next one, and for a key that was there before the same
    /// as then. nullptr after the last one.
    PreparedPage const* page(std::string const& key);

private:
    std::vector<PreparedPage> pages_;
    std::map<std::string, std::size_t> index_; ///< of the keys since the last empty one
};

} // namespace usaged::test
