#pragma once

#include <string>

namespace usaged {

/// Whether a host is this computer whatever a name server says: `localhost`, `::1` or in 127.0.0.0/8.
bool is_loopback(std::string const& host);

} // namespace usaged
