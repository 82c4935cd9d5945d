#include "daemon/fault/entra_codes.h"

#include "daemon/fault/entra_remedies.h"

#include <algorithm>

namespace usaged {

namespace {

using enum Reaction;
using namespace remedies;

constexpr Meaning nobody_yet{refuse, "nobody has signed in yet",
                             "Sign in on the page that `usaged login` names, with the code that it shows."};
constexpr Meaning user_declined{refuse, "the user declined to sign in", start_again};
constexpr Meaning unknown_device_code{refuse, "the device code is not known", start_again};
constexpr Meaning device_code_expired{refuse, "nobody signed in before the code expired", start_again};

constexpr EntraCode table[] = {
    // It passes, whatever else is said.
    {{50196}, {wait, "it sees a request loop", ask_less}},
    {{50033, 90006, 90024}, {retry, "a passing fault", it_passes}},
    {{50087}, {retry, "a passing fault of signing out", it_passes}},
    {{50088}, {retry, "too many multi-factor requests by telephone for now", it_passes}},
    {{90012}, {retry, "the request took it too long", it_passes}},
    {{90033}, {retry, "its directory is not available", it_passes}},
    {{90055}, {retry, "the tenant is sending too many requests", it_passes}},
    {{90090}, {retry, "Microsoft Graph is not available to it", it_passes}},

    // What proves the application's identity.
    {{7000215}, {refuse, "the client secret is wrong", secret_value}},
    {{7000222}, {refuse, "the client secret has expired", new_secret}},
    {{7000218},
     {refuse, "the application has to prove who it is, and sent neither secret nor certificate", set_credential}},
    {{700025},
     {refuse, "the application is a public client, which must not send a secret or certificate", remove_credential}},
    {{700027, 50012, 50013, 700030},
     {grace, "the certificate, or what was signed with it, is not accepted", certificate}},
    {{700024}, {refuse, "what was signed with the certificate is not valid at this time", clock}},

    // The application.
    {{700016, 700011}, {refuse, "the application is not known in the tenant", client_id}},
    {{70001, 7000112}, {refuse, "the application is disabled in the tenant", enable_application}},
    {{700084},
     {refuse, "the refresh token was issued to a single-page application, and lasts for a day only",
      redirect_platform}},
    {{90099}, {refuse, "the application is not authorised in the customer's tenant", consent}},

    // The tenant, the cloud, the API.
    {{90002, 90019, 50059, 50128}, {refuse, "the tenant is not known", tenant}},
    {{9001023, 50194}, {refuse, "the application may not use the tenant `common`", own_tenant}},
    {{90038, 90043, 90051, 900382, 900432, 900439},
     {refuse, "application, user and endpoint are of different clouds", cloud}},
    {{500011, 50001, 650052}, {refuse, "the API that the token is for is not known in the tenant", audience}},
    {{650057}, {refuse, "the API is not among the permissions that the application asks for", consent}},
    {{70011, 28002}, {refuse, "the scope is not valid", audience}},
    {{901002}, {refuse, "this endpoint does not take the parameter `resource`", audience}},
    {{900144, 9002313, 90014}, {refuse, "the request is malformed or a field is missing", request}},

    // Consent and policies.
    {{65001, 90008, 650056}, {refuse, "the application has not been granted access to Partner Center", consent}},
    {{65004}, {refuse, "the user declined to grant the application access", consent}},
    {{90094}, {refuse, "an administrator has to grant the application access", consent}},
    {{53003, 530032}, {refuse, "a Conditional Access policy blocks it", policy}},
    {{530035}, {refuse, "the security defaults of the tenant block it", policy}},
    {{53000, 53001, 50005, 50097}, {refuse, "a policy does not accept the device", policy}},
    {{53002}, {refuse, "a policy does not approve the application", policy}},
    {{53004, 53011, 50131}, {refuse, "the account or the sign-in is at risk or suspicious", policy}},
    {{50158}, {refuse, "a policy asks for a check outside Entra ID", policy}},

    // The account.
    {{50034, 51004, 50020}, {refuse, "the user does not exist in the tenant", user_of_tenant}},
    {{50014}, {refuse, "the user is a guest whose invitation is still pending", user_of_tenant}},
    {{50057}, {refuse, "the account is disabled", account}},
    {{50055, 50144}, {refuse, "the password of the account has expired", account}},
    {{50053}, {refuse, "the account is locked, or its address is blocked", account}},
    {{50126}, {refuse, "user name or password is wrong", account}},
    {{50105}, {refuse, "the user is not assigned to the application", assign_user}},

    // The sign-in.
    {{50076, 50074}, {refuse, "multi-factor authentication is required", sign_in}},
    {{50072, 50079}, {refuse, "the user has to register for multi-factor authentication", sign_in}},
    {{50078}, {refuse, "the multi-factor authentication is too long ago", sign_in}},
    {{70043}, {refuse, "a policy on how often to sign in has ended the sign-in", sign_in}},
    {{700082}, {refuse, "the refresh token was not used for too long (90 days) and has expired", sign_in}},
    {{50173}, {refuse, "the sign-in was revoked, by a new password or by an administrator", sign_in}},
    {{50132, 50133, 50089}, {refuse, "the session is no longer valid", sign_in}},
    {{70008}, {refuse, "the sign-in has expired or was revoked", sign_in}},
    {{700005}, {refuse, "the authorization code is of another tenant", user_of_tenant}},
    {{54005}, {refuse, "the authorization code was redeemed before", start_again}},
    {{501481}, {refuse, "the code verifier does not belong to the authorization code", start_again}},
    {{70016}, nobody_yet},
    {{70017}, user_declined},
    {{70018}, unknown_device_code},
    {{70019, 70020}, device_code_expired},
    {{70000}, {refuse, "the sign-in is not valid or not readable, which may pass within minutes", sign_in_if_it_lasts}},
};

constexpr EntraError errors[] = {
    {"invalid_grant", {refuse, "the sign-in is no longer valid", sign_in}},
    {"interaction_required", {refuse, "a person has to be there for the sign-in", sign_in}},
    {"login_required", {refuse, "a person has to sign in", sign_in}},
    {"consent_required", {refuse, "the application has not been granted access", consent}},
    {"invalid_client", {refuse, "the application's secret or certificate is wrong or has expired", credential}},
    {"unauthorized_client",
     {refuse, "the application is not known in the tenant, or may not sign in this way", client_id}},
    {"invalid_request", {refuse, "the request is not what it expects", request}},
    {"unsupported_grant_type", {refuse, "this way of signing in is not supported", request}},
    {"unsupported_response_type", {refuse, "this way of signing in is not supported", request}},
    {"invalid_scope", {refuse, "the scope is not valid", audience}},
    {"invalid_resource", {refuse, "the API that the token is for is not known", audience}},
    {"invalid_tenant", {refuse, "the tenant is not known", tenant}},
    {"access_denied", {refuse, "the user declined, or a policy or an administrator does not allow it", declined}},
    {"temporarily_unavailable", {retry, "it is not available", it_passes}},
    {"server_error", {retry, "a fault of its own", it_passes}},
    {"authorization_pending", nobody_yet},
    {"slow_down", {refuse, "usaged asks too often whether somebody has signed in", start_again}},
    {"authorization_declined", user_declined},
    {"expired_token", device_code_expired},
    {"code_expired", device_code_expired},
    {"bad_verification_code", unknown_device_code},
};

constexpr EntraError suberrors[] = {
    {"basic_action", {refuse, "a new sign-in is needed", sign_in}},
    {"additional_action",
     {refuse, "a new sign-in is needed, and something else to be mended",
      "Run `usaged login`, and mend what the page of the sign-in asks for."}},
    {"message_only", {refuse, "a new sign-in does not help for now", policy}},
    {"user_password_expired", {refuse, "the password of the account has expired", account}},
    {"consent_required", {refuse, "the application has not been granted access", consent}},
    {"bad_token", {refuse, "the refresh token has expired or was revoked", sign_in}},
    {"token_expired", {refuse, "the refresh token has expired", sign_in}},
    {"client_mismatch", {refuse, "the refresh token was issued to another application", client_id}},
    {"protection_policy_required", {refuse, "a policy does not approve the application", policy}},
};

template <std::size_t size>
Meaning const* find(EntraError const (&rows)[size], std::string_view error)
{
    auto const found =
        std::find_if(std::begin(rows), std::end(rows), [error](EntraError const& row) { return row.error == error; });
    return found == std::end(rows) ? nullptr : &found->meaning;
}

} // namespace

std::span<EntraCode const> entra_codes()
{
    return table;
}

std::span<EntraError const> entra_errors()
{
    return errors;
}

std::span<EntraError const> entra_suberrors()
{
    return suberrors;
}

EntraMatch find_entra_code(std::vector<int> const& numbers)
{
    if (numbers.empty()) return {};
    for (auto const& row : table) {
        auto const found = std::find_first_of(numbers.begin(), numbers.end(), row.numbers.begin(), row.numbers.end());
        if (found != numbers.end()) return {*found, &row.meaning};
    }
    return {numbers.front(), nullptr};
}

Meaning const* find_entra_error(std::string_view error)
{
    return find(errors, error);
}

Meaning const* find_entra_suberror(std::string_view suberror)
{
    return find(suberrors, suberror);
}

} // namespace usaged
