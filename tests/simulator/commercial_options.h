#pragma once

#include <cstddef>

namespace usaged::test {

/// How the pages of a commercial answer lead to the next one.
enum class NextLink { absolute, relative, never };

/// Which forms of the commercial paths are served; the other answers the gateway's 404.
enum class CommercialPaths { with_partner, without_partner, both };

struct CommercialOptions {
    CommercialPaths paths = CommercialPaths::with_partner;
    NextLink next_link = NextLink::absolute;
    std::size_t page_limit = 10000;     ///< rows on a page at most, whatever `top` says
    std::size_t days_kept = 60;         ///< so many processing dates can be asked for; older ones are empty
    bool total_count_of_query = false;  ///< else TotalCount is that of the page
    bool spell_licenses_active = false; ///< as the field table does, else `licenseActive` as the sample does
};

} // namespace usaged::test
