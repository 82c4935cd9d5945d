#pragma once

#include "daemon/auth/token_settings.h"
#include "daemon/log/log.h"

#include <array>
#include <string_view>
#include <utility>

namespace usaged {

// The words of the configuration for what one of a few can be.

inline constexpr std::array<std::pair<std::string_view, LogLevel>, 5> log_levels{{
    {"trace", LogLevel::trace},
    {"debug", LogLevel::debug},
    {"info", LogLevel::info},
    {"warn", LogLevel::warn},
    {"error", LogLevel::error},
}};

inline constexpr std::array<std::pair<std::string_view, LogFormat>, 4> log_formats{{
    {"auto", LogFormat::automatic},
    {"text", LogFormat::text},
    {"json", LogFormat::json},
    {"journal", LogFormat::journal},
}};

inline constexpr std::array<std::pair<std::string_view, SecretSource::Kind>, 3> secret_kinds{{
    {"file", SecretSource::Kind::file},
    {"credential", SecretSource::Kind::credential},
    {"env", SecretSource::Kind::env},
}};

inline constexpr std::array<std::pair<std::string_view, EndpointVersion>, 2> endpoint_versions{{
    {"v2", EndpointVersion::v2},
    {"v1", EndpointVersion::v1},
}};

/// Whether bad rows are quarantined.
inline constexpr std::array<std::pair<std::string_view, bool>, 2> bad_row_rules{{
    {"refuse", false},
    {"quarantine", true},
}};

/// Whether a differing count is tolerated.
inline constexpr std::array<std::pair<std::string_view, bool>, 2> total_count_rules{{
    {"refuse", false},
    {"warn", true},
}};

} // namespace usaged
