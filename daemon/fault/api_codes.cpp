#include "daemon/fault/api_codes.h"

#include <algorithm>

namespace usaged {

namespace {

using enum Reaction;

constexpr std::string_view sign_in =
    "A person has to sign in again, with multi-factor authentication: run `usaged login`.";
constexpr std::string_view sign_in_if_it_lasts =
    "usaged renews the token once. If this lasts, a person has to sign in again: run `usaged login`.";
constexpr std::string_view role =
    "Give the user who signed in a role that may read analytics: Partner Center > Account settings > User management.";
constexpr std::string_view programme =
    "Check the programmes and their status with an administrator: Partner Center > Account settings.";
constexpr std::string_view policy =
    "An administrator has to look at the user's sign-ins (Microsoft Entra admin center > Sign-in logs) and at the "
    "policies (Microsoft Entra admin center > Conditional Access). A new sign-in alone may not help.";
constexpr std::string_view customer =
    "Check the customer and the reseller relationship: Partner Center > Customers. Other customers are not concerned.";
constexpr std::string_view request =
    "Repeating the request will not help. Check partner_center.base_url and the configuration: `usaged check`.";
constexpr std::string_view microsoft = "The fault is at Microsoft's end. `usaged run` tries again by itself; otherwise "
                                       "repeat the command. If it lasts, ask Microsoft's "
                                       "support, with the MS-RequestId and the MS-CorrelationId.";

constexpr ApiCode table[] = {
    {401, "400", {renew, "access is denied", sign_in_if_it_lasts}},
    {401, "800001", {renew, "it found no token of a partner in the request", sign_in_if_it_lasts}},
    {401,
     "900420",
     {refuse, "the token is for another audience",
      "Check partner_center.audience: it must be the API of your cloud, such as "
      "https://api.partnercenter.microsoft.com. "
      "`usaged check` shows the one in force."}},
    {401, mfa_missing, {refuse, "the sign-in behind it was made without multi-factor authentication", sign_in}},

    {403, "2032", {refuse, "the user may not do this", role}},
    {403, "20002", {skip, "there is no commerce relationship with the customer", customer}},
    {403, "800039", {refuse, "the partner's status in the programme is not active", programme}},
    {403, "900149", {refuse, "the partner's status in the programme is not active", programme}},
    {403, "900150", {refuse, "the user's role may not read this", role}},
    {403, "900308", {refuse, "the user's privileges are not sufficient", role}},
    {403, "900309", {refuse, "a Conditional Access policy blocks it", policy}},
    {403,
     "900329",
     {refuse, "the token stands for the application alone, and only a user's is accepted",
      "Sign in as a user of the partner tenant: run `usaged login`."}},
    {403, "90000", {refuse, "Entra ID would not issue the token that Partner Center needs", policy}},
    {403,
     "900124",
     {refuse, "the partner agreement is not accepted",
      "An administrator has to accept the Microsoft Partner Agreement: Partner Center > Account settings."}},

    {404, "1000", {refuse, "there is no such thing", request}},
    {404, "60003", {skip, "there is no such tenant", customer}},
    {400, "2000", {refuse, "a value in it is not acceptable", request}},
    {400, "3000", {refuse, "a property in it is not valid, or there is no data for it", request}},
    {400, "400056", {refuse, "a value in it is not valid", request}},
    {400, "800002", {refuse, "a value in it is not valid", request}},
    {400, "900118", {skip, "the customer id is not valid", customer}},

    {500, "800003", {retry, "an unexpected error of the service", microsoft}},
    {501, "0", {retry, "an error that the service has no name for", microsoft}},
};

/// Statuses that lead to the same thing.
int family(int status)
{
    return status == 401 || status == 403 ? 401 : status / 100;
}

} // namespace

std::span<ApiCode const> api_codes()
{
    return table;
}

ApiCode const* find_api_code(int status, std::string_view code)
{
    auto const found = std::find_if(std::begin(table), std::end(table), [&](ApiCode const& row) {
        return row.code == code && family(row.status) == family(status);
    });
    return found == std::end(table) ? nullptr : found;
}

} // namespace usaged
