#pragma once

#include "config/config.h"

#include <filesystem>
#include <string>

namespace usaged {

/// Where the state of the installation is that `file` configures, unless that or `$STATE_DIRECTORY` says so:
/// /var/lib/usaged, or for /etc/usaged/ACCOUNT/usaged.yaml what the unit usaged@ACCOUNT has, /var/lib/usaged/ACCOUNT.
std::filesystem::path default_state_dir(std::filesystem::path const& file);

/// Reads and checks the configuration. `$STATE_DIRECTORY`, or else default_state_dir(), stands in for a `state_dir`
/// that is not set, and `storage.sqlite.path` defaults to `usage.db` in it.
/// Throws Error with ErrorCategory::config; its text has one line for every complaint about the file,
/// `FILE:LINE:COLUMN: KEY: what is wrong (did you mean …?)`, none of which shows the value of a secret.
Config load_config(std::filesystem::path const& file);

/// The configuration as it is in force, defaults included, as YAML that load_config reads to the same. Credentials are
/// shown as their sources.
std::string to_yaml(Config const& config);

} // namespace usaged
