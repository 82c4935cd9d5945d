#pragma once

#include "daemon/metrics/metrics_settings.h"

#include <string>
#include <string_view>

namespace usaged {

/// Whether a request with this header Host is meant for us. A page anywhere on the web can have its name point at this
/// computer and then read our answers in somebody's browser (DNS rebinding), but it cannot make the browser send
/// another name than its own. The names of the settings are ours; at a loopback address so are loopback's, elsewhere
/// all addresses, `localhost` and the name of this computer, `own_name`. The port may be missing. Pure.
bool is_our_host(std::string_view host, MetricsSettings const& settings, std::string const& own_name);

/// gethostname(2)
std::string host_name();

} // namespace usaged
