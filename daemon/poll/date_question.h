#pragma once

#include "daemon/dataset/decode.h"

#include <optional>
#include <string>
#include <vector>

namespace usaged {

/// What a row of a dataset of Collection::commercial says of its service.
struct DatedService {
    std::string service_code;
    std::string date; ///< the processing date, in the stored form
};

/// The answer to a question for one row.
struct FirstRow {
    std::optional<DatedService> row; ///< nothing if the page has no rows
    std::optional<NextPage> next;
};

/// The first good row of a page. Throws Error with ErrorCategory::data if there are only bad ones: that is not the same
/// as none.
FirstRow decode_first_row(Dataset const& dataset, DecodeRules const& rules, std::string const& body);

/// `filter` and `condition` in one filter; either may be empty.
/// (Partner Center docs: get-licenses-usage-information, parameter `filter`)
std::string narrowed(std::string const& filter, std::string const& condition);

/// The conditions that a row is, or is not, of these services. Empty for none of them.
std::string is_one_of(std::vector<std::string> const& services);
std::string is_none_of(std::vector<std::string> const& services);

} // namespace usaged
