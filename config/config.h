#pragma once

#include "daemon/auth/token_settings.h"
#include "daemon/dataset/dataset.h"
#include "daemon/fault/retry.h"
#include "daemon/log/log.h"
#include "daemon/metrics/metrics_settings.h"
#include "daemon/net/https_transport.h"
#include "daemon/poll/dataset_query.h"
#include "daemon/poll/guards.h"
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
    std::string audience;  ///< the API that tokens are for; of the preset unless set, whatever base_url says
    EndpointVersion token_endpoint = EndpointVersion::v2;
    std::string tenant;
    std::string client_id;
    SecretSource client_secret; ///< at most one of the two; neither: a public client
    CertificateSource certificate;
    SecretSource refresh_token; ///< the seed
    std::string locale = "en-US";
};

/// One entry of `datasets`.
struct DatasetSettings {
    Dataset const* dataset = nullptr;
    ScheduleSettings schedule; ///< its own, or the general one
    DatasetQuery query;
};

/// `storage`
struct StorageSettings {
    std::filesystem::path sqlite_path{"/var/lib/usaged/usage.db"};
    std::chrono::milliseconds keep_raw_payloads{std::chrono::hours{24 * 90}};
    std::chrono::milliseconds keep_call_log{std::chrono::hours{24 * 90}};
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
    std::string heartbeat_url; ///< https; empty: none. Whoever knows it can ping, so only its host is ever shown
    LogSettings log;
    MetricsSettings metrics;
};

} // namespace usaged
