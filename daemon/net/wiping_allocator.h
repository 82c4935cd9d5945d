#pragma once

#include <openssl/crypto.h>

#include <cstddef>
#include <memory>

namespace usaged {

/// Overwrites memory before it gives it back: for containers that may hold a credential, and that grow.
template <class T>
class WipingAllocator {
public:
    using value_type = T;

    WipingAllocator() = default;
    template <class U>
    WipingAllocator(WipingAllocator<U> const& /*other*/) noexcept // NOLINT(google-explicit-constructor): as allocators
    {
    }

    T* allocate(std::size_t count) { return std::allocator<T>{}.allocate(count); }

    void deallocate(T* block, std::size_t count) noexcept
    {
        ::OPENSSL_cleanse(block, count * sizeof(T));
        std::allocator<T>{}.deallocate(block, count);
    }

    bool operator==(WipingAllocator const&) const = default;
};

} // namespace usaged
