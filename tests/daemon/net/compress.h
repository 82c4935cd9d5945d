#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#define ZLIB_CONST // input is const
#include <zlib.h>

namespace usaged::test {

/// `text` as one gzip member.
inline std::string gzip(std::string_view text)
{
    z_stream zlib{};
    constexpr int gzip_format = MAX_WBITS + 16;
    if (::deflateInit2(&zlib, Z_BEST_COMPRESSION, Z_DEFLATED, gzip_format, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        throw std::runtime_error{"zlib does not start"};
    std::string out(::deflateBound(&zlib, text.size()), '\0');
    zlib.next_in = reinterpret_cast<unsigned char const*>(text.data());
    zlib.avail_in = static_cast<unsigned>(text.size());
    zlib.next_out = reinterpret_cast<unsigned char*>(out.data());
    zlib.avail_out = static_cast<unsigned>(out.size());
    auto const result = ::deflate(&zlib, Z_FINISH);
    out.resize(zlib.total_out);
    ::deflateEnd(&zlib);
    if (result != Z_STREAM_END) throw std::runtime_error{"zlib does not end"};
    return out;
}

} // namespace usaged::test
