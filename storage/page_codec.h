#pragma once

#include "daemon/dataset/snapshot.h"

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace usaged {

/// Names bodies by their SHA-256 and compresses them. Keeps contexts and buffers between bodies, some MiB in all: drop
/// it when there is nothing to do. Throws std::runtime_error for a frame that is damaged or does not hold `bytes`
/// bytes.
class PageCodec {
public:
    PageCodec();
    ~PageCodec();

    PageHash hash(std::string_view body);

    /// One Zstandard frame with a checksum; until the next call.
    std::span<std::byte const> compress(std::string_view body);

    /// The body in `body`, which gets the spare capacity that PageDecoder likes.
    void decompress(std::span<std::byte const> frame, std::size_t bytes, std::string& body);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

} // namespace usaged
