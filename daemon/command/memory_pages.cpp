#include "daemon/command/memory_pages.h"

namespace usaged {

SnapshotPage MemoryPages::put(std::size_t number, std::string const& body)
{
    bodies_.resize(number + 1);
    bodies_[number] = body;
    return {};
}

std::string MemoryPages::get(std::size_t number, SnapshotPage const&)
{
    return bodies_.at(number);
}

} // namespace usaged
