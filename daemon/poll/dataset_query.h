#pragma once

#include <string>
#include <vector>

namespace usaged {

/// What the configuration says about how one dataset is asked for. Only for Collection::commercial; empty for others.
struct DatasetQuery {
    std::string path;                 ///< one of Dataset::paths; empty: the first that the server knows
    std::string filter;               ///< as it is sent but for percent-encoding: `channel eq 'Reseller'`
    std::vector<std::string> groupby; ///< fields by their documented spelling
    bool operator==(DatasetQuery const&) const = default;
};

} // namespace usaged
