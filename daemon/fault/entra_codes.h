#pragma once

#include "daemon/fault/reaction.h"

#include <array>
#include <span>
#include <string_view>
#include <vector>

namespace usaged {

/// What one or more of the numbers behind AADSTS mean. Unused places are 0.
struct EntraCode {
    std::array<int, 9> numbers;
    Meaning meaning;
};

/// In order of precedence. 70002 is left out on purpose: it comes with other numbers, and says less than `error` does.
/// (Microsoft Entra docs: reference-error-codes, reference-breaking-changes)
std::span<EntraCode const> entra_codes();

/// What the `error` field means where no number says more.
struct EntraError {
    std::string_view error;
    Meaning meaning;
};

/// (Microsoft Entra docs: v2-oauth2-auth-code-flow, v2-oauth2-device-code; RFC 6749, RFC 8628)
std::span<EntraError const> entra_errors();

/// What the `suberror` field says besides, where no number says more; the reaction is that of the `error`.
/// (MSAL for .NET: MsalError)
std::span<EntraError const> entra_suberrors();

/// A number of an answer and what is known of it.
struct EntraMatch {
    int number = 0;                   ///< 0: the answer has none
    Meaning const* meaning = nullptr; ///< nothing: the number is not known
};

/// The most telling of an answer's numbers: that of the first row of entra_codes() which has any of them, else the
/// first number.
EntraMatch find_entra_code(std::vector<int> const& numbers);

/// Nothing if the text is not known.
Meaning const* find_entra_error(std::string_view error);
Meaning const* find_entra_suberror(std::string_view suberror);

} // namespace usaged
