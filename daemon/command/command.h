#pragma once

#include "config/config.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace usaged {

/// What is wrong with the command line where only the configuration can tell.
class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// The options that every command takes.
struct GlobalOptions {
    std::filesystem::path config_file{"/etc/usaged/usaged.yaml"};
    std::optional<LogLevel> log_level; ///< instead of the configuration's
    std::optional<LogFormat> log_format;
};

// Each command below returns the exit status. It throws UsageError, and Error with category config or storage or locked
// for what keeps it from starting; what fails after that is logged, and becomes the exit status.

/// The daemon, until SIGTERM or SIGINT.
int run(GlobalOptions const& options);

struct FetchOptions {
    std::vector<std::string> datasets; ///< none: all that are configured
    bool dry_run = false;
    std::string output; ///< with dry_run: table, csv, json; empty for no rows
};

/// One poll of each dataset.
int fetch(GlobalOptions const& options, FetchOptions const& fetch_options);

struct BackfillOptions {
    std::chrono::sys_days from;
    std::chrono::sys_days to;          ///< not before `from`; included
    std::vector<std::string> datasets; ///< none: all that are configured and take a date
};

/// Asks for past processing dates, newest first, one poll for each date and dataset, and says which dates the server
/// does not serve.
int backfill(GlobalOptions const& options, BackfillOptions const& backfill_options);

/// Rebuilds the rows of the configured datasets from the archived answers, offline, from the oldest poll on whose
/// answers and those of all later ones are still archived; or, of the dataset of the poll `poll`, from that poll on.
/// The result is identical to the original ingestion.
int replay(GlobalOptions const& options, std::optional<std::int64_t> poll);

/// A consistent, verified copy of the database, also while usaged runs; it replaces `file` when it is complete.
int backup(GlobalOptions const& options, std::filesystem::path const& file);

/// Prints the effective configuration.
int check(GlobalOptions const& options);

/// Prints the effective configuration, then goes through all that a poll needs, a line for each: what is well, or what
/// is wrong and what to do. The exit status is that of the first thing that is wrong.
int check_online(GlobalOptions const& options);

struct LoginOptions {
    bool device_code = false;
    std::uint16_t port = 0; ///< of the redirect; 0: a free one
};

/// A person signs in; ends with a stored refresh token and says for whom and until when.
int login(GlobalOptions const& options, LoginOptions const& login_options);

/// Says how the history stands: 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN. Does not throw Error.
int status(GlobalOptions const& options, bool json);

/// Applies pending migrations, or only lists them.
int migrate(GlobalOptions const& options, bool list_only);

std::string version_number();

/// The version and those of the libraries in use, a line each.
std::string version_text();

} // namespace usaged
