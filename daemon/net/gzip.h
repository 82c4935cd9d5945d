#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace usaged {

/// What became of a piece of compressed data.
enum class GzipResult {
    good,
    damaged, ///< not gzip, not what its checksum says, or something else after a whole member
    too_long ///< more comes out than is allowed
};

/// Decompresses gzip that arrives in pieces, one member or several. (RFC 1952) Its memory does not grow with the data,
/// and is wiped when it goes, for zlib keeps the last 32 KiB of what came out.
class GzipDecoder {
public:
    explicit GzipDecoder(std::uint64_t max_output);
    GzipDecoder(GzipDecoder const&) = delete;
    GzipDecoder& operator=(GzipDecoder const&) = delete;
    ~GzipDecoder();

    /// Appends what comes out to `output`, never more than `max_output` bytes over all pieces. After any result but
    /// `good` the decoder is of no further use.
    GzipResult put(std::string_view bytes, std::string& output);

    /// Whether the data may end here: after a whole member, or before the first byte.
    bool complete() const;

private:
    class Stream;

    std::unique_ptr<Stream> stream_;
    std::uint64_t allowed_; ///< bytes that may still come out
    bool between_members_ = true;
};

} // namespace usaged
