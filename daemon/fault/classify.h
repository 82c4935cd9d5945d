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
/// body refines. The body itself is never part of the text.
/// (Partner Center docs: error-codes, api-throttling-guidance)
std::optional<Error> classify_api_answer(Answer const& answer);

/// The same for the token endpoint. The `error` field decides, as Microsoft asks, and the numbers refine.
/// (Microsoft Entra docs: reference-error-codes)
std::optional<Error> classify_token_answer(Answer const& answer);

} // namespace usaged
