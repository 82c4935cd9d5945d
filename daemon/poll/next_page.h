#pragma once

#include "daemon/dataset/dataset.h"
#include "daemon/dataset/snapshot.h"

#include <string>
#include <string_view>

namespace usaged {

/// The absolute URL of the page that `next` names. A relative URI lacks the version prefix of the API
/// (Partner Center docs: utility-resources), which is put before it.
/// Throws Error with ErrorCategory::data if it names another origin than `base_url` or a path outside the API's: the
/// bearer token goes to the configured origin only.
std::string next_page_url(std::string_view base_url, Dataset const& dataset, NextPage const& next);

} // namespace usaged
