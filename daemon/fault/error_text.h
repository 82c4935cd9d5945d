#pragma once

#include "daemon/fault/error.h"

#include <string>

namespace usaged {

/// The error for people, some lines without the last line end: what happened, with the ids that Microsoft's support
/// asks for.
std::string what_happened(Error const& error);

/// The error for people, some lines without the last line end: what happened, with the ids that Microsoft's support
/// asks for, and what to do about it.
std::string error_text(Error const& error);

} // namespace usaged
