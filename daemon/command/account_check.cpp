#include "daemon/command/account_check.h"

#include <initializer_list>

namespace usaged {

namespace asio = boost::asio;

namespace {

void skip_all(DoctorReport& report, std::initializer_list<std::string_view> checks, std::string const& reason)
{
    for (auto const check : checks) report.skip(check, reason);
}

/// (Partner Center docs: mfa)
bool is_about_mfa(Error const& refusal)
{
    return refusal.api_code() == "900421";
}

/// The daemon would keep the token in memory; here it goes with this process.
Error lost(Error const& store_error)
{
    return Error{store_error.category(),
                 std::string{"Entra ID takes the refresh token and gives a new one, which is lost: "} +
                     store_error.what(),
                 "mend that, then run this again; if Entra ID does not take the old refresh token any more, sign in "
                 "again: usaged login"};
}

bool is_about_role(Error const& refusal)
{
    return refusal.http_status() == 403 && !is_about_mfa(refusal);
}

} // namespace

AccountCheck::AccountCheck(Config const& config, TokenSource& tokens, HttpTransport& transport, Clock const& clock,
                           DoctorReport& report)
    : config_{config}, tokens_{tokens}, transport_{transport}, clock_{clock}, report_{report}
{
}

void AccountCheck::skip(DoctorReport& report, std::string const& reason)
{
    report.skip("token", reason);
    skip_all(report, {"multi-factor authentication", "role", "answer"}, "there is no token to ask with");
}

asio::awaitable<void> AccountCheck::run(bool api_reached)
{
    auto token = co_await redeem();
    if (!token) {
        skip_all(report_, {"multi-factor authentication", "role", "answer"}, "there is no token to ask with");
        co_return;
    }
    if (api_reached)
        co_await ask(std::move(*token));
    else
        skip_all(report_, {"multi-factor authentication", "role", "answer"}, "the API was not reached");
    wipe(*token);
}

asio::awaitable<std::optional<std::string>> AccountCheck::redeem()
{
    try {
        auto token = co_await tokens_.access_token(transport_, 1);
        if (auto const& error = tokens_.store_error())
            report_.fail("token", lost(*error));
        else
            report_.ok("token", "Entra ID takes the refresh token and gives an access token; the newest refresh token "
                                "is stored in " +
                                    (config_.state_dir / "refresh_token").string());
        co_return token;
    } catch (Error const& error) {
        report_.fail("token", error);
    }
    co_return std::nullopt;
}

asio::awaitable<void> AccountCheck::ask(std::string access_token)
{
    auto url = config_.partner_center.base_url + std::string{config_.datasets.front().dataset->path};
    try {
        auto const verdict = co_await probe(transport_, clock_, std::move(url), std::move(access_token));
        judge(verdict);
    } catch (Error const& error) {
        skip_all(report_, {"multi-factor authentication", "role"}, "the API did not answer");
        report_.fail("answer", error);
    }
}

void AccountCheck::judge(Verdict const& verdict)
{
    judge_sign_in(verdict);
    auto const& refusal = verdict.refusal;
    if (!refusal) {
        report_.ok("role", "the user who signed in may read the licence analytics");
        report_.ok("answer", "status 200 to " + std::string{config_.datasets.front().dataset->name});
    } else if (is_about_role(*refusal)) {
        report_.fail("role", *refusal);
        report_.skip("answer", "the API refuses the user");
    } else if (is_about_mfa(*refusal)) {
        skip_all(report_, {"role", "answer"}, "the API refuses the sign-in");
    } else {
        report_.skip("role", "the API did not come to judge it");
        report_.fail("answer", *refusal);
    }
}

void AccountCheck::judge_sign_in(Verdict const& verdict)
{
    constexpr std::string_view check = "multi-factor authentication";
    if (verdict.refusal && is_about_mfa(*verdict.refusal))
        report_.fail(check, *verdict.refusal);
    else if (!verdict.mfa_compliant)
        report_.skip(check, "the API does not say whether the sign-in counts as one");
    else if (*verdict.mfa_compliant)
        report_.ok(check, "the sign-in counts as one");
    else
        report_.warn(check, "the sign-in does not count as one; the API is about to refuse such tokens",
                     "sign in again with multi-factor authentication: usaged login");
}

} // namespace usaged
