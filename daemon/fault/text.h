#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace usaged {

/// Text from outside, made fit for a log line: control characters and quotes escaped, cut at `limit` bytes (on a UTF-8
/// border).
std::string printable(std::string_view text, std::size_t limit = 200);

/// At most `limit` bytes of `text`, ended on a UTF-8 border; `…` follows what was cut.
std::string cut(std::string_view text, std::size_t limit = 200);

/// `text` with every control character and every byte that is not UTF-8 as `\xNN`.
std::string without_controls(std::string_view text);

/// Whether two texts differ in nothing but the case of ASCII letters, as the names of HTTP do.
bool equals_ignoring_case(std::string_view a, std::string_view b);

/// `text` as a JSON string, quotes included: valid whatever the bytes are (RFC 8259, section 7). What is not UTF-8
/// becomes U+FFFD.
std::string json_string(std::string_view text);

} // namespace usaged
