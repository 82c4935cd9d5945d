#include "tests/support/freed_memory.h"

#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>

namespace usaged::test {
namespace {

struct Search {
    std::string_view text;
    int found = 0;
};

constinit thread_local Search search;

/// Zeroed: an older block at the same place must not look like this one's content.
void* allocate(std::size_t size) noexcept
{
    return std::calloc(1, size == 0 ? 1 : size);
}

void give_back(void* block) noexcept
{
    if (block != nullptr && !search.text.empty() &&
        ::memmem(block, ::malloc_usable_size(block), search.text.data(), search.text.size()) != nullptr)
        ++search.found;
    std::free(block);
}

} // namespace

FreedMemory::FreedMemory(std::string_view text)
{
    search = {text, 0};
}

FreedMemory::~FreedMemory()
{
    search = {};
}

int FreedMemory::found() const
{
    return search.found;
}

} // namespace usaged::test

void* operator new(std::size_t size)
{
    auto* const block = usaged::test::allocate(size);
    if (block == nullptr) throw std::bad_alloc{};
    return block;
}

void* operator new(std::size_t size, std::nothrow_t const&) noexcept
{
    return usaged::test::allocate(size);
}

void operator delete(void* block) noexcept
{
    usaged::test::give_back(block);
}

void operator delete(void* block, std::size_t) noexcept
{
    usaged::test::give_back(block);
}

void operator delete(void* block, std::nothrow_t const&) noexcept
{
    usaged::test::give_back(block);
}
