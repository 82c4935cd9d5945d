#pragma once

#include "tests/simulator/entra.h"

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace usaged::test {

/// Checks the assertions of the one application that has registered the certificate. They have to be of the kind that
/// Microsoft recommends, PS256 with x5t#S256: RS256 with x5t, which Entra ID takes too, is refused.
/// (Microsoft Entra docs: certificate-credentials; RFC 7515, RFC 7518 section 3.5)
class AssertionCheck {
public:
    using Time = std::chrono::system_clock::time_point;

    /// Throws std::runtime_error if that is not a certificate in PEM.
    AssertionCheck(std::string client_id, std::string const& certificate_pem);

    /// Why the assertion does not prove to `token_url` that it comes from the application. One that does is used up.
    std::optional<Refusal> refuse(std::string_view assertion, std::string const& token_url, Time now);

private:
    struct Parts;
    std::optional<Refusal> refuse_header(std::string const& header) const;
    std::optional<Refusal> refuse_signature(Parts const& parts) const;
    std::optional<Refusal> refuse_claims(std::string const& claims, std::string const& token_url, Time now);

    std::string client_id_;
    std::string der_;            ///< the certificate
    std::set<std::string> used_; ///< jti
};

} // namespace usaged::test
