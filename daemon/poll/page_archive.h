#pragma once

#include "daemon/dataset/snapshot.h"

#include <cstddef>
#include <string>

namespace usaged {

/// Where the pages of one snapshot are kept while the later ones arrive.
class PageArchive {
public:
    virtual ~PageArchive() = default;

    /// Keeps a page, numbered from 0.
    virtual SnapshotPage put(std::size_t number, std::string const& body, PageScope const& scope) = 0;

    /// The body of a page that was put.
    virtual std::string get(std::size_t number, SnapshotPage const& page) = 0;

protected:
    PageArchive() = default;
};

} // namespace usaged
