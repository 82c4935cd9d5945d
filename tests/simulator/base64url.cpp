#include "tests/simulator/base64url.h"

#include <openssl/sha.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace usaged::test {
namespace {

constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

} // namespace

std::string base64url(std::string_view bytes)
{
    std::string text;
    std::uint32_t bits = 0;
    unsigned size = 0;
    for (auto const byte : bytes) {
        bits = (bits << 8U) | static_cast<unsigned char>(byte);
        for (size += 8; size >= 6; size -= 6) text += alphabet[(bits >> (size - 6)) & 63U];
    }
    if (size > 0) text += alphabet[(bits << (6 - size)) & 63U];
    return text;
}

std::optional<std::string> from_base64url(std::string_view text)
{
    std::string bytes;
    std::uint32_t bits = 0;
    unsigned size = 0;
    for (auto const c : text) {
        auto const digit = alphabet.find(c);
        if (digit == std::string_view::npos) return std::nullopt;
        bits = (bits << 6U) | static_cast<std::uint32_t>(digit);
        size += 6;
        if (size < 8) continue;
        size -= 8;
        bytes += static_cast<char>((bits >> size) & 255U);
    }
    return bytes;
}

std::string s256(std::string_view bytes)
{
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size(), digest.data());
    return base64url({reinterpret_cast<char const*>(digest.data()), digest.size()});
}

} // namespace usaged::test
