#pragma once

#include "daemon/secret/secret.h"

#include <string>
#include <string_view>

namespace usaged {

/// What the authorize endpoint sends back through the browser. Empty texts where nothing came, and all of them if a
/// field came twice. (Microsoft Entra docs: v2-oauth2-auth-code-flow; RFC 6749, section 4.1.2)
struct RedirectQuery {
    Secret code;
    Secret state;
    std::string error;
    std::string error_description;
};

/// Reads the query of `redirect`: a URL, a request target, or the bare query.
RedirectQuery read_redirect_query(std::string_view redirect);

} // namespace usaged
