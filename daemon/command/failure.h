#pragma once

#include "daemon/fault/error.h"

namespace usaged {

/// Reports an error that ends a command on standard error, for people: what happened and what to do about it.
/// Returns the exit status that belongs to it.
int report_failure(Error const& error);

} // namespace usaged
