#pragma once

#include <string_view>

/// What to do about a refusal of Entra ID, where several refusals call for the same.
namespace usaged::remedies {

inline constexpr std::string_view sign_in =
    "A person has to sign in again, with multi-factor authentication: run `usaged login`.";

inline constexpr std::string_view sign_in_if_it_lasts =
    "If it lasts, a person has to sign in again: run `usaged login`.";

inline constexpr std::string_view start_again = "Start the sign-in again: run `usaged login`.";

inline constexpr std::string_view it_passes =
    "`usaged run` tries again by itself; otherwise repeat the command. If this lasts, see whether an outage is known: "
    "https://admin.microsoft.com > Health > Service health.";

inline constexpr std::string_view ask_less =
    "`usaged run` waits; otherwise repeat the command after five minutes. If this lasts, see that only one usaged uses "
    "the account.";

inline constexpr std::string_view clock =
    "Set the clock of this machine right: `timedatectl` shows whether it is synchronised.";

inline constexpr std::string_view policy =
    "An administrator has to see which policy it was (Microsoft Entra admin center > Sign-in logs) and change it or "
    "the "
    "device or the account (Conditional Access, Identity Protection). A new sign-in alone may not help; afterwards run "
    "`usaged login`.";

inline constexpr std::string_view declined =
    "If the user declined, start the sign-in again: run `usaged login`. Else an administrator has to see what stands "
    "against it: Microsoft Entra admin center > Sign-in logs.";

inline constexpr std::string_view consent =
    "Grant the delegated permission user_impersonation of Microsoft Partner Center: Microsoft Entra admin center > App "
    "registrations > YOUR APP > API permissions. An administrator may have to do it. Then run `usaged login`.";

inline constexpr std::string_view account =
    "Have the account put in order at https://admin.microsoft.com > Users > Active users, then run `usaged login`.";

inline constexpr std::string_view user_of_tenant =
    "Check partner_center.tenant, and sign in as a user of that tenant: run `usaged login`.";

inline constexpr std::string_view new_secret =
    "Make a new client secret at Microsoft Entra admin center > App registrations > YOUR APP > Certificates & secrets, "
    "and put its value (not its id) where partner_center.client_secret points to.";

inline constexpr std::string_view secret_value =
    "Put the value of the secret, not its id, where partner_center.client_secret points to. A lost value cannot be "
    "read "
    "again: make a new secret at Microsoft Entra admin center > App registrations > YOUR APP > Certificates & secrets.";

inline constexpr std::string_view set_credential =
    "Set partner_center.client_secret or partner_center.certificate. Or, for a public client, allow public client "
    "flows: "
    "Microsoft Entra admin center > App registrations > YOUR APP > Authentication.";

inline constexpr std::string_view remove_credential =
    "Remove partner_center.client_secret and partner_center.certificate. Or make the application a confidential "
    "client, "
    "with a redirect URI of the platform Web: Microsoft Entra admin center > App registrations > YOUR APP > "
    "Authentication.";

inline constexpr std::string_view certificate =
    "Upload the certificate of partner_center.certificate at Microsoft Entra admin center > App registrations > YOUR "
    "APP "
    "> Certificates & secrets > Certificates, and wait a minute. `usaged check --online` shows the certificate in use.";

inline constexpr std::string_view client_id = "Compare partner_center.client_id and partner_center.tenant with "
                                              "Microsoft Entra admin center > App registrations > "
                                              "YOUR APP > Overview.";

inline constexpr std::string_view enable_application =
    "Enable it: Microsoft Entra admin center > Enterprise applications > YOUR APP > Properties.";

inline constexpr std::string_view redirect_platform =
    "Register the redirect URI under another platform than single-page application: Microsoft Entra admin center > App "
    "registrations > YOUR APP > Authentication. Then run `usaged login`.";

inline constexpr std::string_view assign_user =
    "Assign the user: Microsoft Entra admin center > Enterprise applications > YOUR APP > Users and groups.";

inline constexpr std::string_view credential =
    "Check partner_center.client_id, and that partner_center.client_secret or partner_center.certificate is the one "
    "that "
    "Microsoft Entra admin center > App registrations > YOUR APP > Certificates & secrets shows, and has not expired.";

inline constexpr std::string_view tenant =
    "Check partner_center.tenant (Microsoft Entra admin center > Overview shows its id and domain) and "
    "partner_center.authority.";

inline constexpr std::string_view own_tenant =
    "Put the partner's own tenant into partner_center.tenant: its id or domain, not `common` or `organizations`.";

inline constexpr std::string_view audience =
    "Check partner_center.audience, partner_center.cloud, partner_center.tenant and partner_center.token_endpoint: "
    "`usaged check` shows what is in force.";

inline constexpr std::string_view request = "Check partner_center.token_endpoint, partner_center.authority, "
                                            "partner_center.tenant and partner_center.client_id: "
                                            "`usaged check` shows what is in force.";

inline constexpr std::string_view cloud =
    "Check partner_center.cloud and partner_center.authority: applications and users belong to one cloud only.";

} // namespace usaged::remedies
