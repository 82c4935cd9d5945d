#pragma once

#include <array>
#include <string>
#include <string_view>

namespace usaged {

/// Length of the text of a GUID.
inline constexpr std::size_t guid_length = 36;

/// Writes `text` in lower case to `out`, if it has the form of a GUID: groups of 8, 4, 4, 4 and 12 hexadecimal digits,
/// without braces. Else returns false, and `out` may hold anything.
bool put_guid(std::string_view text, std::array<char, guid_length>& out);

/// `text` in lower case if it has the form of a GUID, else an empty text.
std::string lower_guid(std::string_view text);

} // namespace usaged
