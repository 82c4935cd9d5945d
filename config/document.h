#pragma once

#include "config/section.h"

#include <yaml-cpp/yaml.h>

#include <string>

namespace usaged {

/// The mapping that a YAML text with one document consists of. Undefined, with a complaint, if it is anything else.
YAML::Node parse_document(std::string const& text, Complaints& complaints);

} // namespace usaged
