#pragma once

namespace usaged::test {

/// The deleter of a std::unique_ptr to what a C library hands out: `std::unique_ptr<BIO, Release<BIO_free_all>>`.
template <auto release>
struct Release {
    template <class T>
    void operator()(T* object) const
    {
        release(object);
    }
};

} // namespace usaged::test
