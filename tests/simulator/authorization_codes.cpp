#include "tests/simulator/authorization_codes.h"

#include "tests/simulator/api_names.h"
#include "tests/simulator/base64url.h"

namespace usaged::test {
namespace {

constexpr std::chrono::minutes lifetime{10};

Refusal invalid_grant(int code, std::string text)
{
    return {400, "invalid_grant", code, std::move(text)};
}

/// RFC 7636, section 4.1
bool is_verifier(std::string const& text)
{
    constexpr auto allowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    return text.size() >= 43 && text.size() <= 128 && text.find_first_not_of(allowed) == std::string::npos;
}

} // namespace

std::string AuthorizationCodes::issue(FormFields const& authorize, Granted granted, Time now)
{
    auto text = secrets_.issue("0.SIMULATED-CODE.");
    codes_[text] = Code{authorize.at("redirect_uri"), authorize.at("code_challenge"), granted, now + lifetime};
    return text;
}

std::variant<Granted, Refusal> AuthorizationCodes::redeem(FormFields const& fields, Time now)
{
    for (auto const* const name : {"code", "redirect_uri"})
        if (field_of(fields, name).empty()) return missing(name);
    auto const found = codes_.find(fields.at("code"));
    if (found == codes_.end()) return invalid_grant(70000, "The provided value for the 'code' parameter is not valid.");
    auto& code = found->second;
    if (code.used) return invalid_grant(54005, "OAuth2 Authorization code was already redeemed.");
    if (now >= code.expires) return invalid_grant(70008, "The provided authorization code has expired.");
    if (fields.at("redirect_uri") != code.redirect_uri)
        return invalid_grant(500112, "The reply address does not match the one of the authorization request.");
    auto const verifier = field_of(fields, "code_verifier");
    if (!is_verifier(verifier) || s256(verifier) != code.challenge)
        return invalid_grant(501481, "The Code_Verifier does not match the code_challenge of the authorization "
                                     "request.");
    code.used = true;
    return code.granted;
}

} // namespace usaged::test
