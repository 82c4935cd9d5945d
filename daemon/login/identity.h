#pragma once

#include "daemon/secret/secret.h"

#include <string>

namespace usaged {

/// Who signed in, as the id_token says: for showing, never for a decision. Empty texts where nothing is known.
struct Identity {
    std::string user; ///< preferred_username or upn
    std::string name;
    std::string tenant; ///< tid
};

/// Reads the claims of a JWT without checking its signature. What cannot be read is empty.
/// (Microsoft Entra docs: id-tokens)
Identity read_identity(Secret const& id_token);

} // namespace usaged
