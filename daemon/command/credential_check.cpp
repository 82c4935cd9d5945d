#include "daemon/command/credential_check.h"

#include "daemon/auth/client_assertion.h"
#include "daemon/auth/token_file.h"
#include "daemon/command/counted.h"
#include "daemon/command/pem_file.h"
#include "daemon/command/service.h"
#include "daemon/net/trust_files.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>
#include <map>
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

bool check_application(Config const& config, Timestamp now, DoctorReport& report)
{
    auto const& center = config.partner_center;
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
        if (token && !belongs_to(*token, token_settings(config))) throw foreign_token(file.path());
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

/// The connection decides what an old list means: it may be that of an authority that is not in use.
void warn_of_old_lists(std::vector<RevocationList> const& lists, std::filesystem::path const& file, Timestamp now,
                       DoctorReport& report)
{
    std::map<std::string, Timestamp> ends; // of each authority's newest list
    for (auto const& list : lists) {
        auto& end = ends.emplace(list.issuer, Timestamp::min()).first->second;
        end = std::max(end, list.next_update.value_or(Timestamp::max()));
    }
    for (auto const& [issuer, end] : ends)
        if (end < now)
            report.warn("revocation lists",
                        "the newest list of " + issuer + " in " + file.string() + " is out of date since " +
                            format_timestamp(end),
                        "fetch the current list of that authority, in PEM; if it is not in use, take its list out");
}

void look_at_revocation_lists(std::filesystem::path const& file, Timestamp now, DoctorReport& report)
{
    auto const lists = read_pem(file, "http.crl_file").revocation_lists;
    if (lists.empty()) throw no_revocation_lists(file);
    report.ok("revocation lists", file.string() + ", " + counted(std::ssize(lists), "list"));
    warn_of_old_lists(lists, file, now, report);
}

void look_at_roots(std::filesystem::path const& file, DoctorReport& report)
{
    auto const certificates = read_pem(file, "http.ca_file").certificates;
    if (certificates == 0) throw no_roots(file);
    report.ok("trusted roots", file.string() + ", " + counted(certificates, "certificate"));
}

} // namespace

UsableCredentials check_credentials(Config const& config, Timestamp now, DoctorReport& report)
{
    auto const& http = config.http;
    UsableCredentials found;
    auto const application = check_application(config, now, report);
    found.for_tokens = check_refresh_token(config, now, report) && application;
    found.for_connections = usable(report, "trusted roots", [&] { look_at_roots(http.ca_file, report); });
    if (!http.crl_file.empty())
        found.for_connections &=
            usable(report, "revocation lists", [&] { look_at_revocation_lists(http.crl_file, now, report); });
    found.for_connections &= check_secret(http.proxy.password, "proxy password", "http.proxy_password", report);
    return found;
}

} // namespace usaged
