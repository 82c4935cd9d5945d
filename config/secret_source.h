#pragma once

#include "config/section.h"
#include "daemon/secret/secret.h"

#include <string_view>

namespace usaged {

/// Sets `source` to where the secret of a key is, if the key is there and right. No complaint shows what stands in
/// place of the source: it may be the secret.
void read_secret_source(Section& section, std::string_view key, SecretSource& source);

} // namespace usaged
