#include "daemon/net/gzip.h"

#include "daemon/net/wiped_text.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <new>

#define ZLIB_CONST // input is const
#include <zlib.h>

namespace usaged {
namespace {

/// Before each block stands its size, which zlib does not give back with it.
constexpr std::size_t size_field = alignof(std::max_align_t);
static_assert(size_field >= sizeof(std::size_t));

void* allocate(void*, unsigned items, unsigned size)
{
    auto const whole = std::size_t{items} * size + size_field;
    auto* const block = static_cast<std::byte*>(::operator new(whole, std::nothrow));
    if (block == nullptr) return nullptr;
    ::new (block) std::size_t{whole};
    return block + size_field;
}

void wipe_and_free(void*, void* memory)
{
    auto* const block = static_cast<std::byte*>(memory) - size_field;
    ::OPENSSL_cleanse(block, *std::launder(reinterpret_cast<std::size_t*>(block)));
    ::operator delete(block);
}

} // namespace

class GzipDecoder::Stream {
public:
    Stream()
    {
        zlib_.zalloc = allocate;
        zlib_.zfree = wipe_and_free;
        constexpr int gzip_only = MAX_WBITS + 16;
        if (::inflateInit2(&zlib_, gzip_only) != Z_OK) throw std::bad_alloc{};
    }
    Stream(Stream const&) = delete;
    Stream& operator=(Stream const&) = delete;
    ~Stream()
    {
        ::inflateEnd(&zlib_);
        ::OPENSSL_cleanse(output_.data(), output_.size());
    }

    /// One step of inflate() with `input`, of which it takes away what it used, and what came out.
    int step(std::string_view& input, std::string_view& output)
    {
        auto const offered = std::min(input.size(), std::size_t{std::numeric_limits<unsigned>::max()});
        zlib_.next_in = reinterpret_cast<unsigned char const*>(input.data());
        zlib_.avail_in = static_cast<unsigned>(offered);
        zlib_.next_out = output_.data();
        zlib_.avail_out = static_cast<unsigned>(output_.size());
        auto const result = ::inflate(&zlib_, Z_NO_FLUSH);
        input.remove_prefix(offered - zlib_.avail_in);
        output = {reinterpret_cast<char const*>(output_.data()), output_.size() - zlib_.avail_out};
        return result;
    }

    void begin_member() { ::inflateReset(&zlib_); }

private:
    z_stream zlib_{};
    std::array<unsigned char, 32768> output_{};
};

GzipDecoder::GzipDecoder(std::uint64_t max_output) : stream_{std::make_unique<Stream>()}, allowed_{max_output} {}

GzipDecoder::~GzipDecoder() = default;

GzipResult GzipDecoder::put(std::string_view bytes, std::string& output)
{
    for (;;) {
        if (bytes.empty() && between_members_) return GzipResult::good;
        between_members_ = false;
        std::string_view piece;
        auto const result = stream_->step(bytes, piece);
        if (piece.size() > allowed_) return GzipResult::too_long;
        allowed_ -= piece.size();
        append_wiping(output, piece);
        if (result == Z_BUF_ERROR) return GzipResult::good; // all input is taken, and all output given
        if (result == Z_STREAM_END) {
            between_members_ = true;
            stream_->begin_member();
        } else if (result != Z_OK) {
            return GzipResult::damaged;
        }
    }
}

bool GzipDecoder::complete() const
{
    return between_members_;
}

} // namespace usaged
