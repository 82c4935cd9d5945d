#pragma once

#include "daemon/fault/reaction.h"

#include <span>
#include <string_view>

namespace usaged {

/// What a `code` in an error body of Partner Center means.
struct ApiCode {
    int status; ///< that it is documented with
    std::string_view code;
    Meaning meaning;
};

/// (Partner Center docs: error-codes, partner-center-authentication)
std::span<ApiCode const> api_codes();

/// The meaning of a code, nothing if it is not known. A code may come with another status than it is documented with,
/// but not with one that leads to something else: 401 and 403 are about access, other 4xx about the request, 5xx about
/// the service.
ApiCode const* find_api_code(int status, std::string_view code);

/// The sign-in was made without multi-factor authentication: also said in other ways than by this code.
inline constexpr std::string_view mfa_missing = "900421";

} // namespace usaged
