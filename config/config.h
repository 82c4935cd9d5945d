#pragma once

#include "daemon/auth/secret.h"
#include "daemon/dataset/dataset.h"
#include "daemon/fault/retry.h"
#include "daemon/log/log.h"
#include "daemon/net/https_transport.h"
#include "daemon/poll/schedule.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace usaged {

/// `partner_center`
struct PartnerCenterSettings {
    std::string cloud = "global";
    std::string base_url;  ///< without a trailing slash
    std::string authority; ///< without a trailing slash
    std::string tenant;
    std::string client_id;
    SecretSource client_secret; ///< none: a public client
    SecretSource refresh_token; ///< the seed
    std::string locale = "en-US";
};

/// One entry of `datasets`.
struct DatasetSettings {
    Dataset const* dataset = nullptr;
    ScheduleSettings schedule; ///< its own, or the general one
};

/// `storage`
struct StorageSettings {
    std::filesystem::path sqlite_path{"/var/lib/usaged/usage.db"};
    std::chrono::milliseconds keep_raw_payloads{std::chrono::hours{24 * 90}};
    std::chrono::milliseconds keep_call_log{std::chrono::hours{24 * 90}};
};

/// `guards`
struct GuardSettings {
    std::int64_t min_rows = 1;
    double max_shrink = 0.5; ///< a share: 0.5 is 50%
    std::chrono::milliseconds frozen_after{std::chrono::hours{24 * 14}};
    DecodeRules rules; ///< total_count and on_bad_row
};

struct LogSettings {
    LogLevel level = LogLevel::info;
    LogFormat format = LogFormat::automatic;
};

/// The whole configuration, checked.
struct Config {
    PartnerCenterSettings partner_center;
    std::vector<DatasetSettings> datasets; ///< in the order of the file; never empty
    RetrySettings retry;
    HttpSettings http;
    StorageSettings storage;
    GuardSettings guards;
    std::filesystem::path state_dir{"/var/lib/usaged"};
    LogSettings log;
};

} // namespace usaged
