#pragma once

#include "config/config.h"

#include <filesystem>
#include <optional>
#include <string>
#include <sys/types.h>

namespace usaged {

/// A user of this computer.
struct User {
    std::string name;
    uid_t id = 0;
    gid_t group = 0;
};

/// Whose `directory` is, or while it does not exist that in which it would be made.
/// Throws Error with ErrorCategory::storage for an owner that is no user of this computer.
User owner_of(std::filesystem::path const& directory);

/// The configuration, for a command that uses the credentials or writes to the state directory. Started as root while
/// that directory is another user's, usaged goes on as that user, as the service does: what root would write there,
/// the service could not replace. The credentials that the configuration names are read before, from the files that
/// the unit loads them from: those beside the configuration file.
/// Throws as load_config does, and Error with ErrorCategory::storage if the user cannot be changed.
Config load_config_as_owner(std::filesystem::path const& file);

} // namespace usaged
