#pragma once

#include "tests/simulator/entra.h"
#include "tests/simulator/form.h"
#include "tests/simulator/issued_secrets.h"

#include <chrono>
#include <map>
#include <string>
#include <variant>

namespace usaged::test {

/// Authorization codes: each works once, within ten minutes, for who knows the verifier of its challenge.
/// (Microsoft Entra docs: v2-oauth2-auth-code-flow; RFC 7636)
class AuthorizationCodes {
public:
    using Time = std::chrono::system_clock::time_point;

    explicit AuthorizationCodes(IssuedSecrets& secrets) : secrets_{secrets} {}

    /// For an authorize request with these fields, which is a good one.
    std::string issue(FormFields const& authorize, Granted granted, Time now);

    std::variant<Granted, Refusal> redeem(FormFields const& fields, Time now);

private:
    struct Code {
        std::string redirect_uri;
        std::string challenge;
        Granted granted;
        Time expires;
        bool used = false;
    };

    IssuedSecrets& secrets_;
    std::map<std::string, Code> codes_;
};

} // namespace usaged::test
