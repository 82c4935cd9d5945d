#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace usaged {

/// `Sun, 06 Nov 1994 08:49:37 GMT`: the one form of a date that servers may send. Nothing for any other text. (RFC
/// 9110, section 5.6.7)
std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// How long a Retry-After header asks us to wait: seconds, or an HTTP date, which is measured against the Date header
/// of the same answer (`date`), so that a wrong clock of ours does no harm, or else against the time that it `arrived`
/// by our own clock; a date in the past is 0. Nothing for a header that is empty, negative or unreadable, and for a
/// date with nothing to measure it against. Absurd values come back as they are, but at most ten years. (RFC 9110,
/// sections 10.2.3 and 5.6.7)
std::optional<std::chrono::seconds> parse_retry_after(std::string_view retry_after, std::string_view date,
                                                      std::optional<std::chrono::sys_seconds> arrived = std::nullopt);

} // namespace usaged
