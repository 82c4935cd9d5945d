#pragma once

#include "daemon/metrics/metrics_settings.h"

#include <string>
#include <string_view>

namespace usaged {

/// Whether a request with this header Host is meant for us. A page anywhere on the web can have its name point at this
/// computer and then read our answers in somebody's browser (DNS rebinding), but it cannot make the browser send
/// another name than its own. Addresses are always ours; so is `localhost`, and beyond loopback the name of this
/// computer, `own_name`, and the names of the settings. The port may be missing. Pure.
bool is_our_host(std::string_view host, MetricsSettings const& settings, std::string const& own_name);

/// gethostname(2)
std::string host_name();

} // namespace usaged
