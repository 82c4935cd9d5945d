#pragma once

#include "daemon/fault/error.h"

#include <string>
#include <string_view>

namespace usaged {

/// The refusal of a page for the offence at `path` (of the JSON document; empty for the document itself).
inline Error page_error(std::string_view path, std::string_view reason)
{
    std::string text{path};
    if (!path.empty()) text += ' ';
    text += reason;
    return Error{ErrorCategory::data, text,
                 "Nothing of this answer was stored, and the rows that are stored stay as they are. If this lasts, "
                 "Partner Center has changed its answers: look for a newer usaged."};
}

} // namespace usaged
