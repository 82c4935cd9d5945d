#include "tests/simulator/authority.h"

#include "tests/simulator/form.h"
#include "tests/simulator/json_text.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <sstream>

namespace usaged::test {
namespace {

/// `2026-07-21 04:10:58Z`
std::string timestamp(Authority::Time now)
{
    auto const seconds = std::chrono::system_clock::to_time_t(now);
    std::tm fields{};
    gmtime_r(&seconds, &fields);
    std::array<char, 32> text{};
    auto const size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &fields);
    return {text.data(), size};
}

std::vector<std::string> words(std::string const& text)
{
    std::istringstream in{text};
    std::vector<std::string> found;
    for (std::string word; in >> word;) found.push_back(word);
    return found;
}

bool asks_for_offline_access(std::string const& scope)
{
    auto const scopes = words(scope);
    return std::find(scopes.begin(), scopes.end(), "offline_access") != scopes.end();
}

std::vector<Header> headers(Authority::Time now)
{
    return {{"Cache-Control", "no-store, no-cache"},
            {"Pragma", "no-cache"},
            {"Content-Type", "application/json; charset=utf-8"},
            {"x-ms-request-id", random_guid()},
            {"Date", http_date(now)}};
}

std::string field(std::map<std::string, std::string> const& form, std::string const& name)
{
    auto const found = form.find(name);
    return found == form.end() ? std::string{} : found->second;
}

} // namespace

Authority::Authority(AuthorityOptions options) : options_{std::move(options)}
{
    if (!options_.client_secret.empty()) secrets_.push_back(options_.client_secret);
}

Answer Authority::answer(Request const& request, Time now)
{
    if (auto const refusal = refuse_request(request)) return refuse(*refusal, now);
    auto const form = parse_form(request.body);
    if (!form) return refuse({400, "invalid_request", 9002313, "Invalid request. Request is malformed."}, now);
    if (auto const refusal = refuse_form(*form)) return refuse(*refusal, now);
    return grant(asks_for_offline_access(form->at("scope")), now);
}

std::optional<Authority::Refusal> Authority::refuse_request(Request const& request) const
{
    auto const tenant = request.path().substr(1, request.path().find('/', 1) - 1);
    if (request.method != "POST") return Refusal{405, "invalid_request", 900561, "The endpoint only accepts POST."};
    if (!equal_ignoring_case(tenant, options_.tenant))
        return Refusal{400, "invalid_request", 90002, "Tenant '" + std::string{tenant} + "' not found."};
    auto const content_type = request.value("Content-Type");
    if (!equal_ignoring_case(content_type.substr(0, content_type.find(';')), "application/x-www-form-urlencoded"))
        return Refusal{400, "invalid_request", 900144, "The request body must contain the parameter 'grant_type'."};
    return std::nullopt;
}

std::optional<Authority::Refusal> Authority::refuse_form(Form const& form) const
{
    for (auto const* const name : {"grant_type", "client_id", "refresh_token", "scope"})
        if (field(form, name).empty())
            return Refusal{400, "invalid_request", 900144,
                           "The request body must contain the parameter '" + std::string{name} + "'."};
    if (form.contains("resource"))
        return Refusal{400, "invalid_request", 901002, "The 'resource' request parameter is not supported."};
    if (form.at("grant_type") != "refresh_token")
        return Refusal{400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."};
    if (auto refusal = refuse_client(form)) return refusal;
    if (auto refusal = refuse_scope(form.at("scope"))) return refusal;
    return refuse_grant(form.at("refresh_token"));
}

std::optional<Authority::Refusal> Authority::refuse_client(Form const& form) const
{
    if (form.at("client_id") != options_.client_id)
        return Refusal{400, "unauthorized_client", 700016, "Application not found in the directory."};
    auto const secret = form.find("client_secret");
    if (options_.client_secret.empty() && secret != form.end())
        return Refusal{401, "invalid_client", 700025, "Client is public so a secret must not be presented."};
    if (options_.client_secret.empty()) return std::nullopt;
    if (secret == form.end())
        return Refusal{401, "invalid_client", 7000218, "The body must contain 'client_assertion' or 'client_secret'."};
    if (secret->second != options_.client_secret)
        return Refusal{401, "invalid_client", 7000215, "Invalid client secret provided."};
    return std::nullopt;
}

std::optional<Authority::Refusal> Authority::refuse_scope(std::string const& scope) const
{
    auto resources = 0;
    for (auto const& word : words(scope)) {
        if (scopes_.contains(word))
            ++resources;
        else if (word != "offline_access" && word != "openid" && word != "profile")
            return Refusal{400, "invalid_scope", 70011, "The scope '" + word + "' is not valid."};
    }
    if (resources == 1) return std::nullopt;
    return Refusal{400, "invalid_scope", 70011, "The scope must name one resource."};
}

std::optional<Authority::Refusal> Authority::refuse_grant(std::string const& refresh_token) const
{
    if (refresh_tokens_.contains(refresh_token)) return std::nullopt;
    if (revoked_.contains(refresh_token))
        return Refusal{400, "invalid_grant", 700082, "The refresh token has expired due to inactivity."};
    return Refusal{400, "invalid_grant", 70000, "The provided grant is invalid or malformed."};
}

Answer Authority::refuse(Refusal const& refusal, Time now) const
{
    auto const code = std::to_string(refusal.code);
    auto const time = timestamp(now);
    auto const trace = random_guid();
    auto const correlation = random_guid();
    auto const description = "AADSTS" + code + ": " + refusal.text + " Trace ID: " + trace +
                             " Correlation ID: " + correlation + " Timestamp: " + time;
    auto body = R"({"error":)" + json_text(refusal.error) + R"(,"error_description":)" + json_text(description) +
                R"(,"error_codes":[)" + code + R"(],"timestamp":)" + json_text(time) + R"(,"trace_id":)" +
                json_text(trace) + R"(,"correlation_id":)" + json_text(correlation) +
                R"(,"error_uri":"https://login.microsoftonline.com/error?code=)" + code + '"';
    if (refusal.code == 700082) body += R"(,"suberror":"bad_token")";
    return {refusal.status, headers(now), body + '}'};
}

Answer Authority::grant(bool offline_access, Time now)
{
    auto const access_token = issue("SIMULATED.ACCESS.");
    access_tokens_[access_token] = now + options_.expires_in;
    auto const lifetime = std::to_string(options_.expires_in.count());
    auto body = R"({"token_type":"Bearer","scope":"https://api.partnercenter.microsoft.com/user_impersonation",)"
                R"("expires_in":)" +
                lifetime + R"(,"ext_expires_in":)" + lifetime + R"(,"access_token":)" + json_text(access_token);
    if (offline_access && options_.rotate) body += R"(,"refresh_token":)" + json_text(issue_refresh_token());
    body += R"(,"id_token":)" + json_text(issue("SIMULATED.ID.")) + '}';
    return {200, headers(now), body};
}

bool Authority::accepts(std::string const& access_token, Time now) const
{
    auto const found = access_tokens_.find(access_token);
    return found != access_tokens_.end() && now < found->second;
}

void Authority::revoke_refresh_tokens()
{
    revoked_.merge(refresh_tokens_);
    refresh_tokens_.clear();
}

std::string Authority::issue_refresh_token()
{
    auto token = issue("SIMULATED-REFRESH-");
    refresh_tokens_.insert(token);
    return token;
}

std::string Authority::issue(std::string_view prefix)
{
    return secrets_.emplace_back(random_token(prefix));
}

} // namespace usaged::test
