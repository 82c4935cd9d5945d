#pragma once

#include "config/config.h"
#include "config/section.h"
#include "daemon/fault/error.h"

#include <optional>

namespace usaged {

/// Reads `partner_center`: the addresses of the cloud, and as which application to ask.
void read_partner_center(Section& section, PartnerCenterSettings& settings);

/// What to warn of, with what to do, while keys still have the values of the shipped `usaged.yaml`.
std::optional<Error> placeholders_left(PartnerCenterSettings const& settings);

} // namespace usaged
