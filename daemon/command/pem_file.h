#pragma once

#include "daemon/dataset/timestamp.h"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

struct RevocationList {
    std::string issuer;                   ///< as text, fit to be shown
    std::optional<Timestamp> next_update; ///< when it is out of date
};

/// What is in a PEM file besides keys; nothing in a file that is not PEM.
struct PemFile {
    std::int64_t certificates = 0;
    std::vector<RevocationList> revocation_lists;
};

/// `setting` names the file in errors. Throws Error with ErrorCategory::config if it cannot be read.
PemFile read_pem(std::filesystem::path const& file, std::string_view setting);

} // namespace usaged
