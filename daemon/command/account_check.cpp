#include "daemon/command/account_check.h"

#include "daemon/auth/form.h"
#include "daemon/dataset/customer_page.h"
#include "daemon/fault/classify.h"
#include "daemon/poll/customer_pages.h"

#include <initializer_list>
#include <stdexcept>

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
    return refusal.http_status() == 403 && !is_about_mfa(refusal) && !refusal.about_customer();
}

std::string answer_of(Dataset const& dataset)
{
    return "answer of " + std::string{dataset.name};
}

/// One row, selected and grouped as a poll does.
std::string one_row(DatasetQuery const& query)
{
    std::string out = "?top=1";
    if (!query.filter.empty()) out += "&filter=" + percent_encoded(query.filter);
    for (auto const& field : query.groupby) out += (&field == &query.groupby.front() ? "&groupby=" : ",") + field;
    return out;
}

/// The keys of the configuration that a refusal of one_row may be about; empty if there are none.
std::string keys_to_mend(DatasetQuery const& query)
{
    std::string keys;
    if (!query.filter.empty()) keys = "`filter`";
    if (!query.groupby.empty()) keys += keys.empty() ? "`groupby`" : " and `groupby`";
    return keys;
}

/// The error, for a poll that asks for rows in a way that only the configuration can account for.
Error refused_query(Error const& refusal, DatasetSettings const& entry)
{
    auto const keys = keys_to_mend(entry.query);
    if (refusal.http_status() != 400 || keys.empty()) return refusal;
    Error error{refusal.category(), refusal.what(),
                "check " + keys + " of " + std::string{entry.dataset->name} + " in the configuration: usaged check"};
    error.http_status(*refusal.http_status()).api_code(refusal.api_code()).endpoint(refusal.endpoint());
    error.ids(refusal.ids());
    return error;
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
    WipeAtEnd const wiped{access_token_};
    access_token_ = std::move(*token);
    if (api_reached)
        co_await ask_all();
    else
        skip_all(report_, {"multi-factor authentication", "role", "answer"}, "the API was not reached");
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

asio::awaitable<void> AccountCheck::ask_all()
{
    for (auto const& entry : config_.datasets) {
        co_await ask(entry);
        if (refused_) co_return;
    }
    if (!account_judged_)
        skip_all(report_, {"multi-factor authentication", "role"}, "the API did not come to judge them");
}

asio::awaitable<void> AccountCheck::ask(DatasetSettings const& entry)
{
    auto const& dataset = *entry.dataset;
    std::optional<Verdict> verdict;
    try {
        switch (dataset.collection) {
        case Collection::partner:
            verdict = co_await ask_partner(dataset);
            break;
        case Collection::customers:
            verdict = co_await ask_first_customer(dataset);
            break;
        case Collection::commercial:
            verdict = co_await ask_commercial(entry);
            break;
        }
    } catch (Error const& error) {
        report_.fail(answer_of(dataset), error);
        co_return;
    }
    if (verdict)
        judge(dataset, *verdict);
    else
        report_.skip(answer_of(dataset), "the partner has no customer to ask for");
}

asio::awaitable<Verdict> AccountCheck::ask_partner(Dataset const& dataset)
{
    std::string path{dataset.paths.front()};
    co_return co_await get(std::move(path));
}

/// At the path that the configuration names, else at the one that the server knows.
asio::awaitable<Verdict> AccountCheck::ask_commercial(DatasetSettings const& entry)
{
    auto const& pinned = entry.query.path;
    for (auto const path : entry.dataset->paths) {
        if (!pinned.empty() && path != pinned) continue;
        auto url = std::string{path} + one_row(entry.query);
        auto verdict = co_await get(std::move(url));
        if (verdict.refusal) verdict.refusal = refused_query(*verdict.refusal, entry);
        bool const last = !pinned.empty() || path == entry.dataset->paths.back();
        if (last || !verdict.refusal || !is_plain_not_found(*verdict.refusal)) co_return verdict;
    }
    throw std::logic_error{"a dataset has no path"};
}

/// Nothing if the partner has no customer.
asio::awaitable<std::optional<Verdict>> AccountCheck::ask_first_customer(Dataset const& dataset)
{
    std::string list = "/v1/customers?size=1";
    auto verdict = co_await get(std::move(list));
    if (verdict.refusal) co_return verdict;
    auto const customers = decode_customer_page(verdict.body).customers;
    if (customers.empty()) co_return std::nullopt;
    auto const& customer = customers.front();
    auto path = customer_path(dataset, customer.id);
    verdict = co_await get(std::move(path));
    bool const has_other_id = !customer.tenant_id.empty() && customer.tenant_id != customer.id;
    if (verdict.refusal && verdict.refusal->http_status() == 404 && has_other_id) {
        auto other = customer_path(dataset, customer.tenant_id);
        verdict = co_await get(std::move(other));
    }
    if (verdict.refusal) verdict.refusal->about_customer(refuses_customer(*verdict.refusal));
    co_return verdict;
}

asio::awaitable<Verdict> AccountCheck::get(std::string path)
{
    auto url = config_.partner_center.base_url + path;
    auto token = access_token_;
    co_return co_await probe(transport_, clock_, std::move(url), std::move(token));
}

void AccountCheck::judge(Dataset const& dataset, Verdict const& verdict)
{
    if (!account_judged_) judge_account(verdict);
    if (refused_) return;
    auto const& refusal = verdict.refusal;
    if (!refusal)
        report_.ok(answer_of(dataset), "status 200");
    else if (refusal->about_customer())
        report_.warn(answer_of(dataset), std::string{"the server refuses the first customer: "} + refusal->what(),
                     "A poll leaves such customers out and says so.");
    else
        report_.fail(answer_of(dataset), *refusal);
}

/// What an answer says about the account rather than about the dataset.
void AccountCheck::judge_account(Verdict const& verdict)
{
    auto const& refusal = verdict.refusal;
    bool const mfa = refusal && is_about_mfa(*refusal);
    bool const role = refusal && is_about_role(*refusal);
    if (refusal && !mfa && !role && !refusal->about_customer()) return;
    account_judged_ = true;
    refused_ = mfa || role;
    judge_sign_in(verdict);
    if (role) {
        report_.fail("role", *refusal);
        report_.skip("answer", "the API refuses the user");
    } else if (mfa) {
        skip_all(report_, {"role", "answer"}, "the API refuses the sign-in");
    } else {
        report_.ok("role", "the user who signed in may read the licence analytics");
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
