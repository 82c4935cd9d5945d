#pragma once

#include "daemon/dataset/snapshot.h"

#include <simdjson.h>

#include <optional>

namespace usaged {

/// The next page that the member `links` of a collection names, if it names one. (Partner Center docs:
/// utility-resources) A link that cannot be read is an Error with ErrorCategory::data: to ignore it would take a part
/// of the rows for all of them. Private to the decoders.
std::optional<NextPage> linked_page(simdjson::dom::object collection);

} // namespace usaged
