#pragma once

#include "tests/simulator/entra.h"
#include "tests/simulator/issued_secrets.h"

#include <chrono>
#include <map>
#include <optional>
#include <set>
#include <string>

namespace usaged::test {

/// The tokens that were issued, and which of them still work.
class IssuedTokens {
public:
    using Time = std::chrono::system_clock::time_point;

    explicit IssuedTokens(IssuedSecrets& secrets) : secrets_{secrets} {}

    std::string issue_access_token(Time expires);
    std::string issue_refresh_token();

    /// Whether the access token was issued here, has not expired and was not revoked.
    bool accepts(std::string const& access_token, Time now) const;
    std::optional<Refusal> refuse_refresh_token(std::string const& token) const;

    void revoke_access_tokens() { access_tokens_.clear(); }
    void revoke_refresh_tokens();

private:
    IssuedSecrets& secrets_;
    std::map<std::string, Time> access_tokens_; ///< and when each expires
    std::set<std::string> refresh_tokens_;
    std::set<std::string> revoked_;
};

} // namespace usaged::test
