#pragma once

#include "daemon/fault/error.h"
#include "daemon/fault/reaction.h"

#include <span>

namespace usaged {

/// What a range of HTTP statuses means, wherever they come from. `cause` continues "Partner Center …".
struct HttpStatus {
    int first;
    int last;
    ErrorCategory category;
    Reaction reaction;
    std::string_view cause;
    std::string_view remedy;
};

/// In order of precedence: the first row that has a status decides. Every status is in one.
/// (Partner Center docs: error-codes; RFC 9110, section 15)
std::span<HttpStatus const> http_statuses();

HttpStatus const& find_http_status(int status);

} // namespace usaged
