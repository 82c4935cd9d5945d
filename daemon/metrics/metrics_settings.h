#pragma once

#include "daemon/net/listen_address.h"

#include <optional>
#include <string>
#include <vector>

namespace usaged {

/// `metrics` of the configuration.
struct MetricsSettings {
    std::optional<ListenAddress> listen; ///< nothing: there are no metrics
    bool allow_remote = false;           ///< `listen` may be an address that others reach
    std::vector<std::string> hosts; ///< lower case; names to be asked by, besides addresses and this computer's own

    bool operator==(MetricsSettings const&) const = default;
};

} // namespace usaged
