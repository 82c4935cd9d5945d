#include "daemon/fault/classify.h"

#include "daemon/fault/api_codes.h"
#include "daemon/fault/entra_codes.h"
#include "daemon/fault/error_body.h"
#include "daemon/fault/http_statuses.h"
#include "daemon/fault/retry_after.h"

#include <algorithm>

namespace usaged {

namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds shortest_wait = 5min; // Reaction::wait
constexpr std::chrono::seconds grace_wait = 10s;     // Reaction::grace

std::string with_cause(std::string what, std::string_view cause)
{
    if (!cause.empty()) what.append(": ").append(cause);
    return what;
}

/// `what (one, two)`, of those that are not empty.
std::string with_details(std::string what, std::initializer_list<std::string> details)
{
    std::string_view separator = " (";
    for (auto const& detail : details) {
        if (detail.empty()) continue;
        what.append(separator).append(detail);
        separator = ", ";
    }
    return separator == ", " ? what + ')' : what;
}

std::string status_text(int status)
{
    return "HTTP status " + std::to_string(status);
}

/// `isRetryable` of the extended shape: about the request and the service, not about access or throttling.
bool is_retryable(HttpStatus const& status, ErrorBody const& body)
{
    if (!body.is_retryable || status.category != ErrorCategory::http || status.last < 400)
        return status.reaction == Reaction::retry;
    return *body.is_retryable || (status.reaction == Reaction::retry && status.last < 500);
}

ApiCode const* find_api_meaning(int status, ErrorBody const& body)
{
    return find_api_code(status, body.mentions_mfa ? mfa_missing : std::string_view{body.code});
}

/// What the body of Entra ID's answer says.
struct Refusal {
    int number = 0; // 0: none
    bool number_known = false;
    Meaning meaning{Reaction::refuse, {}, {}};
};

Refusal find_refusal(ErrorBody const& body)
{
    static constexpr Meaning foreign{
        Reaction::refuse, "its answer gives no reason that usaged can read",
        "Check partner_center.authority, and that no proxy answers in its place: `usaged check --online`."};
    static constexpr Meaning unknown{
        Reaction::refuse, "the reason is not known to usaged",
        "Check partner_center.authority, partner_center.tenant and partner_center.client_id: `usaged check --online`."};
    auto const match = find_entra_code(body.error_codes);
    if (match.meaning) return {match.number, true, *match.meaning};
    auto const* const error = find_entra_error(body.error);
    auto meaning = error ? *error : body.error.empty() ? foreign : unknown;
    auto const* const suberror = find_entra_suberror(body.suberror);
    if (suberror && meaning.reaction == Reaction::refuse) meaning = *suberror;
    return {match.number, false, meaning};
}

/// What to do, and where to read about a number that usaged does not know.
std::string remedy_of(Refusal const& refusal)
{
    std::string remedy{refusal.meaning.remedy};
    if (refusal.number == 0 || refusal.number_known) return remedy;
    auto const number = std::to_string(refusal.number);
    return remedy + " https://login.microsoftonline.com/error?code=" + number + " says what AADSTS" + number +
           " means.";
}

struct Verdict {
    ErrorCategory category;
    bool retryable;
    std::string what;
    std::string remedy;
    std::chrono::seconds shortest_wait{0};
};

/// Whether a status of the token endpoint needs no further words: throttling, a fault of the service, a redirect, or no
/// answer at all. 200 and 0, which stands for a redirect of the browser, only carry the words.
bool decides_alone(int status, HttpStatus const& row)
{
    if (status == 0 || status == 200) return false;
    return row.reaction == Reaction::retry || row.last < 400;
}

Verdict judge(Refusal const& refusal, int status)
{
    auto const reaction = refusal.meaning.reaction;
    auto const cause = refusal.meaning.cause;
    if (reaction == Reaction::wait)
        return {ErrorCategory::throttled, false, with_cause("asks us to slow down", cause), remedy_of(refusal),
                shortest_wait};
    auto const& row = find_http_status(status);
    if (decides_alone(status, row))
        return {row.category, row.reaction == Reaction::retry,
                with_cause(std::string{row.cause}, reaction == Reaction::retry ? cause : ""), std::string{row.remedy}};
    if (reaction == Reaction::retry)
        return {ErrorCategory::http, true, with_cause("cannot answer for the moment", cause), remedy_of(refusal)};
    bool const grace = reaction == Reaction::grace;
    return {ErrorCategory::auth, grace, with_cause("refuses", cause), remedy_of(refusal),
            grace ? grace_wait : std::chrono::seconds{0}};
}

/// `status` is 0 for a redirect of the browser.
Error make_entra_error(ErrorBody const& body, int status, std::optional<std::chrono::seconds> retry_after)
{
    auto const refusal = find_refusal(body);
    auto const verdict = judge(refusal, status);
    auto const number = refusal.number == 0 ? std::string{} : "AADSTS" + std::to_string(refusal.number);
    Error error{verdict.category,
                with_details("Entra ID " + verdict.what,
                             {number, body.error, status == 0 ? std::string{} : status_text(status)}),
                verdict.remedy};
    if (status != 0) error.http_status(status);
    if (verdict.shortest_wait > 0s) retry_after = std::max(retry_after.value_or(0s), verdict.shortest_wait);
    CallIds ids;
    ids.correlation_id = body.correlation_id;
    ids.trace_id = body.trace_id;
    ids.timestamp = body.timestamp;
    return error.retryable(verdict.retryable)
        .retry_after(retry_after)
        .api_code(body.error)
        .ids(std::move(ids))
        .claims(body.claims);
}

} // namespace

std::optional<Error> classify_api_answer(Answer const& answer)
{
    if (answer.status == 200) return std::nullopt;
    auto const body = read_error_body(answer.body);
    auto const& status = find_http_status(answer.status);
    auto const* const code = find_api_meaning(answer.status, body);

    auto what = with_cause("Partner Center " + std::string{status.cause}, code ? code->meaning.cause : "");
    what = with_details(what, {status_text(answer.status), body.code.empty() ? "" : "code " + body.code});
    Error error{status.category, what, std::string{code ? code->meaning.remedy : status.remedy}};

    auto wait = parse_retry_after(answer.retry_after, answer.date, answer.arrived);
    if (!wait && status.category == ErrorCategory::throttled) wait = body.try_again_in;
    bool const refused = code && code->status == answer.status && code->meaning.reaction == Reaction::refuse;
    return error.http_status(answer.status)
        .api_code(body.code)
        .retry_after(wait)
        .retryable(is_retryable(status, body))
        .wants_new_token(status.reaction == Reaction::renew && !refused)
        .about_customer(status.reaction == Reaction::refuse && code && code->meaning.reaction == Reaction::skip);
}

bool is_plain_not_found(Error const& error)
{
    return error.http_status() == 404 && !find_api_code(404, error.api_code());
}

bool refuses_customer(Error const& error)
{
    if (error.endpoint() == "token") return false;
    bool const no_data = error.http_status() == 400 && error.api_code() == "3000";
    return error.about_customer() || error.http_status() == 404 || no_data;
}

std::optional<Error> classify_token_answer(Answer const& answer)
{
    // Looked for before parsing, which would copy the tokens of a grant.
    if (answer.status == 200 && answer.body.find("\"error\"") == std::string_view::npos) return std::nullopt;
    auto const body = read_error_body(answer.body);
    if (answer.status == 200 && body.error.empty()) return std::nullopt;

    return make_entra_error(body, answer.status, parse_retry_after(answer.retry_after, answer.date, answer.arrived));
}

Error classify_redirect_error(std::string_view error, std::string_view error_description)
{
    return make_entra_error(read_redirect_error(error, error_description), 0, std::nullopt);
}

} // namespace usaged
