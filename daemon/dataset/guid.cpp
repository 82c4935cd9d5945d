#include "daemon/dataset/guid.h"

namespace usaged {

namespace {

using Byte = unsigned char;

/// All bits set at the places of the hyphens.
constexpr std::array<Byte, guid_length> hyphens = [] {
    std::array<Byte, guid_length> mask{};
    for (std::size_t const place : {8U, 13U, 18U, 23U}) mask[place] = 0xFF;
    return mask;
}();

} // namespace

// Without a branch, so that compilers make a few vector instructions of it: it runs twice for each row. The bit 0x20 is
// what makes letters small, and digits and hyphens have it anyway.
bool put_guid(std::string_view text, std::array<char, guid_length>& out)
{
    if (text.size() != guid_length) return false;
    Byte wrong = 0;
    for (std::size_t i = 0; i < guid_length; ++i) {
        auto const c = static_cast<Byte>(text[i]);
        auto const lower = static_cast<Byte>(c | 0x20U);
        bool const digit = static_cast<Byte>(c - '0') < 10;
        bool const letter = static_cast<Byte>(lower - 'a') < 6;
        auto const no_digit = static_cast<Byte>((digit || letter) ? 0 : 0xFF);
        auto const no_hyphen = static_cast<Byte>(c ^ '-');
        wrong = static_cast<Byte>(wrong | (hyphens[i] & no_hyphen) | (~hyphens[i] & no_digit));
        out[i] = static_cast<char>(lower);
    }
    return wrong == 0;
}

std::string lower_guid(std::string_view text)
{
    std::array<char, guid_length> lower{};
    return put_guid(text, lower) ? std::string{lower.data(), lower.size()} : std::string{};
}

} // namespace usaged
