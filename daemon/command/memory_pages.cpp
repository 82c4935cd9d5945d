#include "daemon/command/memory_pages.h"

namespace usaged {

SnapshotPage MemoryPages::put(std::size_t number, std::string const& body, PageScope const& scope)
{
    auto const frame = codec_.compress(body);
    if (frames_.size() <= number) frames_.resize(number + 1);
    frames_[number] = Frame{{frame.begin(), frame.end()}, body.size()};
    return SnapshotPage{codec_.hash(body), scope};
}

std::string MemoryPages::get(std::size_t number, SnapshotPage const&)
{
    auto const& frame = frames_.at(number);
    std::string body;
    codec_.decompress(frame.bytes, frame.body_size, body);
    return body;
}

} // namespace usaged
