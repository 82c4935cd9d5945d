#pragma once

#include "tests/simulator/entra.h"
#include "tests/simulator/form.h"
#include "tests/simulator/issued_secrets.h"

#include <chrono>
#include <map>
#include <string>
#include <variant>

namespace usaged::test {

/// Device codes, and what the person on the other device did about each.
/// (Microsoft Entra docs: v2-oauth2-device-code; RFC 8628)
class DeviceCodes {
public:
    using Time = std::chrono::system_clock::time_point;

    DeviceCodes(IssuedSecrets& secrets, std::chrono::seconds interval) : secrets_{secrets}, interval_{interval} {}

    /// The answer to a good request for one.
    Answer issue(EntraCall const& call, Granted granted);

    /// Throw std::invalid_argument if no such code was handed out.
    void approve(std::string const& user_code) { find(user_code).state = State::approved; }
    void decline(std::string const& user_code) { find(user_code).state = State::declined; }

    std::variant<Granted, Refusal> redeem(FormFields const& fields, EntraVersion version, Time now);

private:
    enum class State { pending, approved, declined, used };
    struct Code {
        std::string user_code;
        Granted granted;
        Time expires;
        State state = State::pending;
    };

    Code& find(std::string const& user_code);

    IssuedSecrets& secrets_;
    std::chrono::seconds interval_;
    std::map<std::string, Code> codes_; ///< by device code
};

} // namespace usaged::test
