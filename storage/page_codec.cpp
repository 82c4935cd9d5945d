#include "storage/page_codec.h"

#include <openssl/evp.h>
#include <zstd.h>

#include <stdexcept>
#include <vector>

namespace usaged {

namespace {

// Bodies are rows with ever the same names: level 1 takes them to about 4 % at 1 GB/s, higher levels gain little.
constexpr int level = 1;

std::size_t checked(std::size_t result)
{
    if (ZSTD_isError(result)) throw std::runtime_error{ZSTD_getErrorName(result)};
    return result;
}

template <auto Free>
struct Release {
    template <typename Handle>
    void operator()(Handle* handle) const
    {
        Free(handle);
    }
};

} // namespace

class PageCodec::Impl {
public:
    Impl()
    {
        if (!digest || !method || !compression || !decompression) throw std::bad_alloc{};
        checked(ZSTD_CCtx_setParameter(compression.get(), ZSTD_c_compressionLevel, level));
        checked(ZSTD_CCtx_setParameter(compression.get(), ZSTD_c_checksumFlag, 1));
    }

    std::unique_ptr<EVP_MD_CTX, Release<EVP_MD_CTX_free>> digest{EVP_MD_CTX_new()};
    std::unique_ptr<EVP_MD, Release<EVP_MD_free>> method{EVP_MD_fetch(nullptr, "SHA256", nullptr)};
    std::unique_ptr<ZSTD_CCtx, Release<ZSTD_freeCCtx>> compression{ZSTD_createCCtx()};
    std::unique_ptr<ZSTD_DCtx, Release<ZSTD_freeDCtx>> decompression{ZSTD_createDCtx()};
    std::vector<std::byte> frame;
};

PageCodec::PageCodec() : impl_{std::make_unique<Impl>()} {}

PageCodec::~PageCodec() = default;

PageHash PageCodec::hash(std::string_view body)
{
    PageHash hash{};
    auto* const digest = impl_->digest.get();
    if (EVP_DigestInit_ex2(digest, impl_->method.get(), nullptr) != 1 ||
        EVP_DigestUpdate(digest, body.data(), body.size()) != 1 ||
        EVP_DigestFinal_ex(digest, hash.data(), nullptr) != 1)
        throw std::runtime_error{"SHA-256 is not available"};
    return hash;
}

std::span<std::byte const> PageCodec::compress(std::string_view body)
{
    auto& frame = impl_->frame;
    auto const bound = ZSTD_compressBound(body.size());
    if (frame.size() < bound) frame.resize(bound);
    auto const size =
        checked(ZSTD_compress2(impl_->compression.get(), frame.data(), frame.size(), body.data(), body.size()));
    return {frame.data(), size};
}

void PageCodec::decompress(std::span<std::byte const> frame, std::size_t bytes, std::string& body)
{
    constexpr std::size_t spare = 64;
    body.reserve(bytes + spare);
    body.resize(bytes);
    auto const size =
        checked(ZSTD_decompressDCtx(impl_->decompression.get(), body.data(), body.size(), frame.data(), frame.size()));
    if (size != bytes) throw std::runtime_error{"the archived page is shorter than it was"};
}

} // namespace usaged
