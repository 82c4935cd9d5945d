#pragma once

#include "daemon/fault/error.h"
#include "daemon/net/https_transport.h"

#include <filesystem>
#include <string_view>

namespace usaged {

/// Throws Error with ErrorCategory::config if `file`, that `setting` (`http.ca_file` or `http.crl_file`) names, cannot
/// be opened.
void require_readable(std::string_view setting, std::filesystem::path const& file);

/// The same for all that connections are trusted by, so that a wrong name shows at start. What is in the files is found
/// out when they are read.
void require_readable_trust(HttpSettings const& settings);

/// What it means that there is no certificate in `http.ca_file`, or no revocation list in `http.crl_file`.
Error no_roots(std::filesystem::path const& file);
Error no_revocation_lists(std::filesystem::path const& file);

} // namespace usaged
