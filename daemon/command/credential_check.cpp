#include "daemon/command/credential_check.h"

#include "daemon/auth/client_assertion.h"
#include "daemon/auth/token_file.h"
#include "daemon/command/pem_file.h"

#include <iterator>
#include <string>

namespace usaged {

namespace {

using std::chrono::days;

/// Entra ID forgets a refresh token that nobody redeems for so long (Microsoft Entra docs: refresh-tokens).
constexpr days life_of_idle_token{90};
constexpr days notice_of_expiry{30};

/// Looks at one of them. Whether it can be used.
template <class Look>
bool usable(DoctorReport& report, std::string_view check, Look const& look)
{
    try {
        look();
        return true;
    } catch (Error const& error) {
        report.fail(check, error);
        return false;
    }
}

bool check_secret(SecretSource const& source, std::string_view check, std::string_view key, DoctorReport& report)
{
    if (!source.configured()) return true;
    return usable(report, check, [&] {
        read_secret(source, key);
        report.ok(check, to_string(source) + " can be read");
    });
}

std::string counted(std::int64_t count, std::string const& thing)
{
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

std::string in_days(Timestamp later, Timestamp earlier)
{
    return counted(std::chrono::duration_cast<days>(later - earlier).count(), "day");
}

void look_at_certificate(CertificateSource const& source, Timestamp now, DoctorReport& report)
{
    ClientCertificate const certificate{source};
    certificate.require_unexpired(now);
    auto const end = certificate.not_after();
    auto const text = source.file.string() + " is valid until " + format_timestamp(end);
    if (end - now < notice_of_expiry)
        report.warn("certificate", text + ", for " + in_days(end, now),
                    "make a new one, add it to the app registration (Microsoft Entra admin center, App registrations, "
                    "Certificates & secrets) and put it into that file");
    else
        report.ok("certificate", text);
}

bool check_application(PartnerCenterSettings const& center, Timestamp now, DoctorReport& report)
{
    if (center.certificate.configured())
        return usable(report, "certificate", [&] { look_at_certificate(center.certificate, now, report); });
    if (center.client_secret.configured())
        return check_secret(center.client_secret, "client secret", "partner_center.client_secret", report);
    report.ok("client secret", "none, and no certificate: a public client");
    return true;
}

void report_stored(StoredToken const& token, std::string const& file, Timestamp now, DoctorReport& report)
{
    auto const issued = parse_timestamp(token.redeemed_at);
    auto const text = file + " was issued at " + printable(token.redeemed_at);
    if (issued && now - *issued > life_of_idle_token)
        report.warn("stored token", text + ", " + in_days(now, *issued) + " ago; it lapses after 90 days without use",
                    "sign in again: usaged login");
    else
        report.ok("stored token", text);
}

/// The seed, or the token that an earlier run stored: one of the two has to be there.
bool check_refresh_token(Config const& config, Timestamp now, DoctorReport& report)
{
    auto const& seed = config.partner_center.refresh_token;
    auto const seed_usable = check_secret(seed, "refresh token", "partner_center.refresh_token", report);
    auto const to_fall_back_on = seed.configured() && seed_usable;
    TokenFile const file{config.state_dir / "refresh_token"};
    try {
        auto const token = file.load();
        if (token)
            report_stored(*token, file.path().string(), now, report);
        else if (!seed.configured())
            throw Error{ErrorCategory::config,
                        "there is none: the configuration names no seed, and " + file.path().string() +
                            " does not exist",
                        "sign in: usaged login"};
        return seed_usable;
    } catch (Error const& error) {
        if (to_fall_back_on)
            report.warn("stored token", error.what(), error.remedy());
        else
            report.fail("stored token", error);
        return to_fall_back_on;
    }
}

void look_at_revocation_lists(std::filesystem::path const& file, Timestamp now, DoctorReport& report)
{
    auto const lists = read_pem(file, "http.crl_file").revocation_lists;
    std::string const remedy = "fetch the current lists of the authorities in use, in PEM";
    if (lists.empty())
        throw Error{ErrorCategory::config, "http.crl_file: there is no revocation list in " + file.string(), remedy};
    for (auto const& list : lists) {
        if (list.next_update && *list.next_update < now)
            throw Error{ErrorCategory::config,
                        "http.crl_file: the list of " + list.issuer + " in " + file.string() +
                            " is out of date since " + format_timestamp(*list.next_update),
                        remedy};
    }
    report.ok("revocation lists", file.string() + ", " + counted(std::ssize(lists), "list"));
}

void look_at_roots(std::filesystem::path const& file, DoctorReport& report)
{
    auto const certificates = read_pem(file, "http.ca_file").certificates;
    if (certificates == 0)
        throw Error{ErrorCategory::config, "http.ca_file: there is no certificate in " + file.string(),
                    "On Debian, install ca-certificates; else name the file with the roots to trust."};
    report.ok("trusted roots", file.string() + ", " + counted(certificates, "certificate"));
}

} // namespace

UsableCredentials check_credentials(Config const& config, Timestamp now, DoctorReport& report)
{
    auto const& http = config.http;
    UsableCredentials found;
    auto const application = check_application(config.partner_center, now, report);
    found.for_tokens = check_refresh_token(config, now, report) && application;
    found.for_connections = usable(report, "trusted roots", [&] { look_at_roots(http.ca_file, report); });
    if (!http.crl_file.empty())
        found.for_connections &=
            usable(report, "revocation lists", [&] { look_at_revocation_lists(http.crl_file, now, report); });
    found.for_connections &= check_secret(http.proxy.password, "proxy password", "http.proxy_password", report);
    return found;
}

} // namespace usaged
