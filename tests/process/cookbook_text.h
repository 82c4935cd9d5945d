#pragma once

#include "tests/simulator/market.h"

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// Joined with `|`.
std::string line(std::initializer_list<std::string> values);

std::int64_t number(StoredRow const& row, std::string const& column);

/// `12.5`, or `12` where there are no tenths, as query() gives a number.
std::string tenths_text(std::int64_t tenths);

/// `100.0 * part / whole` with at most one decimal, halves upwards; empty if `whole` is 0.
std::string percent(std::int64_t part, std::int64_t whole);

std::string month_of(std::string const& date);            ///< `2017-03`
std::string day_of(std::string const& date);              ///< `2017-03-10`
std::string plus_days(std::string const& date, int days); ///< of the date, which may go on with a time: `2017-03-10`
std::string plus_months(std::string const& month, int months);

/// The last date of each month among `dates`, which are in order; not before the month `from`.
std::vector<std::string> month_ends(std::vector<std::string> const& dates, std::string const& from);

} // namespace usaged::test
