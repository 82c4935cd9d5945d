#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// What usaged reads of the body of an error. Each field is empty if it is not there, or not what it should be.
struct ErrorBody {
    std::string code;                 ///< `code` of Partner Center, text or number; matches `[A-Za-z0-9_.-]{1,64}`
    std::string error;                ///< `error` of Entra ID, likewise
    std::string suberror;             ///< of Entra ID, likewise
    std::vector<int> error_codes;     ///< of Entra ID: the numbers behind AADSTS, at most 16
    std::string trace_id;             ///< of Entra ID; hexadecimal digits and dashes, at most 64
    std::string correlation_id;       ///< of Entra ID, likewise
    std::string timestamp;            ///< of Entra ID; digits and `-:. TZ`, at most 40
    std::string claims;               ///< of Entra ID: a JSON object as text, at most 4096 bytes
    std::optional<bool> is_retryable; ///< of Partner Center's extended shape
    std::optional<std::chrono::seconds> try_again_in; ///< "Try again in N seconds." of its gateway
    bool mentions_mfa = false;                        ///< without a `code`: the word MFA stands somewhere
};

/// Reads an error body of Partner Center or Entra ID: a JSON object of any of their shapes, text, HTML, or nothing,
/// with or without a byte order mark. Any bytes are accepted; what is longer than 64 KiB or nested deeper than 32 is
/// read as text. Of a body that echoes a credential no copy is left behind in memory. (Partner Center docs:
/// error-codes, api-throttling-guidance; Microsoft Entra docs: v2-oauth2-auth-code-flow)
ErrorBody read_error_body(std::string_view body);

/// The same of the query of a redirect from the authorize endpoint, whose numbers stand in the description only.
ErrorBody read_redirect_error(std::string_view error, std::string_view error_description);

} // namespace usaged
