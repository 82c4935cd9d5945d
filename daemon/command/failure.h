#pragma once

#include "daemon/fault/error.h"
#include "daemon/log/log.h"

#include <string>

namespace usaged {

/// Reports an error that ends a command on standard error, for people: what happened and what to do about it.
/// Returns the exit status that belongs to it.
int report_failure(Error const& error);

/// What happened, with the ids that Microsoft's support asks for.
std::string describe(Error const& error);

} // namespace usaged
