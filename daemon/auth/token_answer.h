#pragma once

#include "daemon/secret/secret.h"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace usaged {

/// The longest body that the token endpoint may answer with, in bytes.
inline constexpr std::size_t largest_token_answer = 1 << 20;

/// What the token endpoint granted.
struct Grant {
    Secret access_token;
    Secret refresh_token;                           ///< empty if none came: the old one stays good
    Secret id_token;                                ///< empty if none came; says who signed in
    std::chrono::seconds lifetime{0};               ///< of the access token, from the arrival of the answer
    std::optional<std::chrono::seconds> refresh_in; ///< when to ask for the next one, if Entra ID says so
    Grant() = default; // g++ 12 destroys aggregates that are temporaries of a co_await expression twice
};

/// Reads the body of a 200 of the token endpoint. Numbers may come as text, as the v1 endpoint sends them; a lifetime
/// that is missing or unreadable is 300 s.
/// Throws Error with ErrorCategory::protocol if there is no access token in it that may be put into a header.
/// (Microsoft Entra docs: v2-oauth2-auth-code-flow, v1-protocols-oauth-code; RFC 6749, section 5.1)
Grant read_token_answer(std::string const& body);

} // namespace usaged
