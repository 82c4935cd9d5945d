#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace usaged {

/// An instant of the wall clock, in UTC.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// Any form in which the service sends a date-time, `YYYY-MM-DD[THH:MM[:SS[.f{1,9}]][Z|±HH:MM]]`, as UTC text
/// `YYYY-MM-DDTHH:MM:SS[.f…]Z`. A fraction is kept without its trailing zeros, so one instant has one text. Texts sort
/// as their instants do, save within one second: `…00Z` comes after `…00.5Z`. Without a zone the text means UTC.
/// Nothing for anything else: dates that do not exist, trailing text, impossible offsets, years before 1000 and the
/// year 9999, because with the first and the last instant of .NET, in the years 1 and 9999, services say that there is
/// no date. (partner-center docs: "processedDateTime … UTC date-time format"; RFC 3339 for offsets)
std::optional<std::string> normalize_timestamp(std::string_view text);

/// The same for an instant of ours, always to the millisecond, so that the texts sort: `2026-07-01T03:25:16.360Z`.
std::string format_timestamp(Timestamp instant);

/// The instant of a text that normalize_timestamp made; fractions finer than a millisecond are cut.
std::optional<Timestamp> parse_timestamp(std::string_view text);

} // namespace usaged
