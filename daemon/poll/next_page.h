#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"
#include "daemon/fault/error.h"

#include <cstddef>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <utility>

namespace usaged {

/// The absolute URL of the page that `next` names, which stood on the page `page_url` of what `path`, below `base_url`,
/// was asked for. A relative `links.next.uri` lacks the version prefix of the API (Partner Center docs:
/// utility-resources), which is put before it; an `@nextLink` is resolved against `page_url` (RFC 3986, section 5).
/// Throws Error with ErrorCategory::data if it names another origin than `base_url`, or another path than `path`, what
/// is below it, or that path's other form (Dataset::paths): the bearer token goes to the configured origin only.
std::string next_page_url(std::string_view base_url, Dataset const& dataset, std::string_view path,
                          std::string_view page_url, NextPage const& next);

/// The pages that were read, to notice that they do not end.
class PageTrail {
public:
    /// Before a page is asked for. Throws Error with ErrorCategory::data if it was before, or if there are too many.
    void enter(std::string const& url, std::string const& continuation_token);

    /// The error about pages that do not end.
    static Error endless();

private:
    /// Two independent hashes of each page: a URL may be long, and there may be many.
    std::set<std::pair<std::size_t, std::uint64_t>> visited_;
};

} // namespace usaged
