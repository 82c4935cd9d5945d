#pragma once

#include "daemon/command/status_report.h"

#include <string>

namespace usaged {

/// For people, and in its first line for monitoring plug-ins: `WARNING - DATASET: what is wrong`. Of an error
/// what happened, since when, which ids Microsoft's support asks for, and what to do.
std::string status_text(Status const& status);

} // namespace usaged
