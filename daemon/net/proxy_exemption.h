#pragma once

#include <string_view>

namespace usaged {

/// Whether a list as in $NO_PROXY names that host (in lower case, an IPv6 address without brackets) and port. Its
/// entries stand between commas or blanks: names and domains with or without `.` or `*.` before them, which hold for
/// all names below them too; addresses; networks as CIDR; each with or without `:PORT`; and `*` for everything. There
/// is no standard for it; this is what curl(1) and Go make of it.
bool exempt_from_proxy(std::string_view list, std::string_view host, std::string_view port);

/// Whether `host` is this computer: an address of its loopback, or localhost. (RFC 6761, section 6.3)
bool loopback_host(std::string_view host);

} // namespace usaged
