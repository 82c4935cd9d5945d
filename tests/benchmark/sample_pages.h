#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace usaged::test {

/// How a page spells its values.
enum class Spelling {
    recorded,  ///< as the service does: without white space
    rearranged ///< the same values with white space and the fields in another order
};

/// `rows` rows of partner_licenses_usage as the service sends them, byte order mark and links included, in pages of
/// 10 000: 200 series a processing date, dates ascending, the first `first_date` days after 2000-01-01. Each body has
/// the 64 bytes of spare capacity that the decoder likes.
std::vector<std::string> sample_pages(std::size_t rows, Spelling spelling, std::size_t first_date = 0);

inline constexpr std::size_t series_per_date = 200;

} // namespace usaged::test
