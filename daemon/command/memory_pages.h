#pragma once

#include "daemon/poll/page_archive.h"

#include <vector>

namespace usaged {

/// Pages in memory, for a dry run, which must not write to the database.
class MemoryPages : public PageArchive {
public:
    SnapshotPage put(std::size_t number, std::string const& body) override;
    std::string get(std::size_t number, SnapshotPage const& page) override;

private:
    std::vector<std::string> bodies_;
};

} // namespace usaged
