#pragma once

#include "daemon/poll/page_archive.h"
#include "storage/page_codec.h"

#include <cstddef>
#include <vector>

namespace usaged {

/// Pages in memory, for a dry run, which must not write to the database. Compressed, because there may be many.
class MemoryPages : public PageArchive {
public:
    SnapshotPage put(std::size_t number, std::string const& body, PageScope const& scope) override;
    std::string get(std::size_t number, SnapshotPage const& page) override;

private:
    struct Frame {
        std::vector<std::byte> bytes;
        std::size_t body_size = 0;
    };

    PageCodec codec_;
    std::vector<Frame> frames_;
};

} // namespace usaged
