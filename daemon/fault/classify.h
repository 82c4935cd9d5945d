#pragma once

#include "daemon/fault/error.h"

#include <chrono>
#include <optional>
#include <string_view>

namespace usaged {

/// What classification looks at: an answer that arrived complete.
struct Answer {
    int status = 0;
    std::string_view retry_after; ///< header; empty if there is none
    std::string_view date;        ///< header; empty if there is none
    std::string_view body; ///< any of the shapes that Partner Center and Entra ID use for errors, or anything else
    std::optional<std::chrono::sys_seconds> arrived{}; ///< when, by our own clock
};

/// The error that an answer of the Partner Center API stands for; nothing for 200. The status decides, the code in the
/// body refines (http_statuses.h, api_codes.h). Without Retry-After the wait is the one that the gateway names in
/// words. The body itself is never part of the text. The ids are the caller's to add: they are those of the request.
/// (Partner Center docs: error-codes, api-throttling-guidance)
std::optional<Error> classify_api_answer(Answer const& answer);

/// Whether an answer of the API says no more than that there is nothing at the path: 404 without a code that is known.
bool is_plain_not_found(Error const& error);

/// Whether an answer to a request for one customer's rows refuses that customer for good, so that the others need not
/// suffer: also where there is nothing at the path, or no data, whatever the code.
bool refuses_customer(Error const& error);

/// As classify_api_answer for the token and the device-code endpoint of Entra ID; nothing for a 200 without the field
/// `error`. Status and `error` decide, as Microsoft asks, and the numbers refine (entra_codes.h): any of them, wherever
/// it stands. `api_code` is the field `error`; ids and claims are those of the answer.
///
/// A certificate that is not accepted (AADSTS700027 and its like) is `auth`, retryable after ten seconds at the least,
/// because Entra ID may not know a new one yet. The caller ends that grace: it knows how long the certificate has been
/// in use, and sets `retryable(false)`.
/// (Microsoft Entra docs: reference-error-codes, v2-oauth2-auth-code-flow)
std::optional<Error> classify_token_answer(Answer const& answer);

/// The same for a redirect from the authorize endpoint, of whose query these are two fields.
Error classify_redirect_error(std::string_view error, std::string_view error_description);

} // namespace usaged
