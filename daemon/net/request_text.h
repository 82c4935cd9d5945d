#pragma once

#include "daemon/net/http.h"
#include "daemon/net/https_url.h"

#include <string>
#include <string_view>

namespace usaged {

/// Appends `name: value` and the end of the line. Throws std::invalid_argument if there is a line break in it.
void append_field(std::string& text, std::string_view name, std::string_view value);

/// The bytes of a request, which may hold credentials: the caller's to wipe, with no copy elsewhere.
/// (RFC 9112, sections 3 and 6)
std::string request_text(HttpRequest const& request, HttpsUrl const& url);

} // namespace usaged
