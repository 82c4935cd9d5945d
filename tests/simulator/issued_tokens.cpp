#include "tests/simulator/issued_tokens.h"

namespace usaged::test {

std::string IssuedTokens::issue_access_token(Time expires)
{
    auto token = secrets_.issue("SIMULATED.ACCESS.");
    access_tokens_[token] = expires;
    return token;
}

std::string IssuedTokens::issue_refresh_token()
{
    auto token = secrets_.issue("SIMULATED-REFRESH-");
    refresh_tokens_.insert(token);
    return token;
}

bool IssuedTokens::accepts(std::string const& access_token, Time now) const
{
    auto const found = access_tokens_.find(access_token);
    return found != access_tokens_.end() && now < found->second;
}

std::optional<Refusal> IssuedTokens::refuse_refresh_token(std::string const& token) const
{
    if (refresh_tokens_.contains(token)) return std::nullopt;
    if (revoked_.contains(token))
        return Refusal{400, "invalid_grant", 700082, "The refresh token has expired due to inactivity."};
    return Refusal{400, "invalid_grant", 70000, "The provided grant is invalid or malformed."};
}

void IssuedTokens::revoke_refresh_tokens()
{
    revoked_.merge(refresh_tokens_);
    refresh_tokens_.clear();
}

} // namespace usaged::test
