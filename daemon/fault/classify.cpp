#include "daemon/fault/classify.h"

#include "daemon/fault/retry_after.h"

#include <simdjson.h>

#include <algorithm>

namespace usaged {

namespace {

constexpr std::string_view sign_in_again =
    "A person has to sign in again, with multi-factor authentication, and give usaged the new refresh token "
    "(partner_center.refresh_token).";

/// The fields of an error body that usaged reads. Each is empty if it is not there or not fit for a log.
struct ErrorBody {
    std::string code;   // `code` of the API's fault
    std::string error;  // `error` of the token endpoint
    std::string number; // first element of `error_codes` of the token endpoint
};

bool is_code(std::string_view text)
{
    auto const allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '.' ||
               c == '-';
    };
    return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), allowed);
}

/// `code` is documented as text, but every sample shows a number.
std::string code_text(simdjson::dom::element value)
{
    std::string_view text;
    if (value.get(text) == simdjson::SUCCESS) return is_code(text) ? std::string{text} : std::string{};
    std::int64_t number = 0;
    if (value.get(number) == simdjson::SUCCESS) return std::to_string(number);
    return {};
}

std::string field(simdjson::dom::object object, std::string_view name)
{
    simdjson::dom::element value;
    if (object.at_key(name).get(value) != simdjson::SUCCESS) return {};
    return code_text(value);
}

ErrorBody read_error_body(std::string_view body)
{
    static constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
    if (body.starts_with(byte_order_mark)) body.remove_prefix(byte_order_mark.size());
    simdjson::dom::parser parser;
    simdjson::dom::object object;
    if (body.size() > 65536 || parser.parse(body.data(), body.size()).get(object) != simdjson::SUCCESS) return {};
    ErrorBody out{field(object, "code"), field(object, "error"), {}};
    simdjson::dom::array numbers;
    if (object.at_key("error_codes").get(numbers) == simdjson::SUCCESS && numbers.begin() != numbers.end())
        out.number = code_text(*numbers.begin());
    return out;
}

Error make_error(ErrorCategory category, std::string what, std::string_view remedy, Answer const& answer,
                 std::string const& code)
{
    if (!code.empty()) what += " (code " + code + ")";
    Error error{category, what, std::string{remedy}};
    error.http_status(answer.status)
        .api_code(code)
        .retry_after(parse_retry_after(answer.retry_after, answer.date, answer.arrived));
    return error;
}

bool is_transient(int status)
{
    return status == 408 || status >= 500;
}

/// 429, 5xx, redirects and unexpected successes, which mean the same wherever they come from.
std::optional<Error> classify_status(Answer const& answer, std::string_view who, std::string const& code)
{
    auto const status = "HTTP status " + std::to_string(answer.status);
    if (answer.status == 429)
        return make_error(ErrorCategory::throttled, std::string{who} + " is throttling us: " + status,
                          "usaged waits as long as it is asked to. If this lasts, poll less often.", answer, code);
    if (is_transient(answer.status)) {
        auto error = make_error(ErrorCategory::http, std::string{who} + " failed: " + status,
                                "The fault is at Microsoft's end. usaged tries again by itself.", answer, code);
        return error.retryable(true);
    }
    if (answer.status >= 300 && answer.status < 400)
        return make_error(ErrorCategory::http, std::string{who} + " redirects: " + status,
                          "Redirects are not followed. Check partner_center.base_url and partner_center.authority.",
                          answer, code);
    if (answer.status < 300)
        return make_error(ErrorCategory::http, std::string{who} + " sent no data: " + status,
                          "The rows that are stored stay as they are.", answer, code);
    return std::nullopt;
}

Error classify_unauthorized(Answer const& answer, std::string const& code)
{
    bool const old_form = code.empty() && answer.body.find("MFA") != std::string_view::npos;
    if (code == "900421" || old_form)
        return make_error(
            ErrorCategory::auth,
            "Partner Center refuses the token: it comes from a sign-in without multi-factor authentication",
            sign_in_again, answer, code);
    if (answer.status == 401) {
        auto error = make_error(ErrorCategory::auth, "Partner Center refuses the access token: HTTP status 401",
                                "If this lasts, a person has to sign in again and give usaged the new refresh token.",
                                answer, code);
        // 900420: the token is for another audience, and so would the next one be.
        return error.wants_new_token(code != "900420");
    }
    return make_error(ErrorCategory::auth, "Partner Center refuses access: HTTP status 403",
                      "Check in Partner Center that the user who signed in has a role that may read analytics, and "
                      "that the partner agreement is accepted.",
                      answer, code);
}

/// By the `error` field of a token answer that is neither a 429 nor a 5xx.
Error classify_token_error(Answer const& answer, std::string const& error, std::string const& code)
{
    if (error == "temporarily_unavailable" || error == "server_error")
        return make_error(ErrorCategory::http, "the token endpoint is not available: " + error, "", answer, code)
            .retryable(true);
    if (error == "invalid_client" || error == "unauthorized_client")
        return make_error(ErrorCategory::auth, "Entra ID does not accept the application: " + error,
                          "Check partner_center.client_id, and that partner_center.client_secret is the value (not the "
                          "id) of a secret that has not expired.",
                          answer, code);
    if (error == "invalid_grant" || error == "interaction_required" || error == "consent_required" ||
        error == "login_required")
        return make_error(ErrorCategory::auth, "Entra ID does not accept the refresh token: " + error, sign_in_again,
                          answer, code);
    auto const reason = error.empty() ? "HTTP status " + std::to_string(answer.status) : error;
    return make_error(ErrorCategory::auth, "Entra ID refuses the token request: " + reason,
                      "Check partner_center.tenant, client_id and authority.", answer, code);
}

/// AADSTS50196: we asked too often. Asking again soon would only prolong it.
Error request_loop(Answer const& answer, std::string const& code)
{
    constexpr std::chrono::seconds shortest = std::chrono::minutes{5};
    auto error = make_error(ErrorCategory::throttled, "the token endpoint sees a request loop", "", answer, code);
    return error.retry_after(std::max(error.retry_after().value_or(shortest), shortest));
}

} // namespace

std::optional<Error> classify_api_answer(Answer const& answer)
{
    if (answer.status == 200) return std::nullopt;
    auto const code = read_error_body(answer.body).code;
    if (auto error = classify_status(answer, "Partner Center", code)) return error;
    if (answer.status == 401 || answer.status == 403) return classify_unauthorized(answer, code);
    return make_error(ErrorCategory::http,
                      "Partner Center does not serve this: HTTP status " + std::to_string(answer.status),
                      "Repeating the request will not help. Check partner_center.base_url.", answer, code);
}

std::optional<Error> classify_token_answer(Answer const& answer)
{
    if (answer.status == 200) return std::nullopt;
    auto const body = read_error_body(answer.body);
    auto const code = body.number.empty() ? body.error : "AADSTS" + body.number;
    auto error = body.number == "50196" ? request_loop(answer, code)
                                        : classify_status(answer, "the token endpoint", code)
                                              .value_or(classify_token_error(answer, body.error, code));
    return error.api_code(body.error);
}

} // namespace usaged
