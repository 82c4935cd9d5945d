#pragma once

#include "daemon/fault/error.h"
#include "daemon/net/http.h"
#include "daemon/poll/clock.h"

#include <optional>
#include <string>

namespace usaged {

/// What Partner Center thinks of an access token.
struct Verdict {
    std::optional<Error> refusal;      ///< why the API does not serve the token's owner; nothing if it does
    std::optional<bool> mfa_compliant; ///< whether the sign-in counts as one with multi-factor authentication
    std::string body;                  ///< of the answer, if it is no refusal
    Verdict() = default;               // g++ 12 destroys aggregates that are temporaries of a co_await expression twice
};

/// Asks the API at `url` once with `ValidateMfa: true`. `attempt`: the number of the try, for the record of calls.
/// `clock` tells when the answer arrived. Throws what `transport` throws.
/// (Partner Center docs: mfa; the answer's header is isMfaCompliant)
boost::asio::awaitable<Verdict> probe(HttpTransport& transport, Clock const& clock, std::string url,
                                      std::string access_token, int attempt = 1);

} // namespace usaged
