#pragma once

#include "daemon/dataset/decode.h"
#include "daemon/fault/retry.h"

#include <string>

namespace usaged {

/// How Partner Center is asked.
struct FetchSettings {
    std::string base_url; ///< without a trailing slash
    std::string locale = "en-US";
    std::string user_agent;
    RetrySettings retry;
    DecodeRules rules;
};

} // namespace usaged
