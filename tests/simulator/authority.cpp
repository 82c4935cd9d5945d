#include "tests/simulator/authority.h"

#include "tests/simulator/json_text.h"

namespace usaged::test {
namespace {

/// The URL that the client posted to, as it has to stand in an assertion.
std::string url_of(Request const& request)
{
    return "https://" + request.value("Host") + std::string{request.path()};
}

std::optional<Refusal> refuse_post(Request const& request)
{
    auto const content_type = request.value("Content-Type");
    if (request.method != "POST") return Refusal{405, "invalid_request", 900561, "The endpoint only accepts POST."};
    if (equal_ignoring_case(content_type.substr(0, content_type.find(';')), "application/x-www-form-urlencoded"))
        return std::nullopt;
    return missing("grant_type");
}

Refusal malformed()
{
    return {400, "invalid_request", 9002313, "Invalid request. Request is malformed."};
}

std::string epoch(Authority::Time time)
{
    return std::to_string(std::chrono::system_clock::to_time_t(time));
}

} // namespace

Authority::Authority(AuthorityOptions options)
    : options_{std::move(options)}, client_{options_.client}, device_codes_{secrets_, options_.device_code_interval}
{
    secrets_.keep(options_.client.client_secret);
    secrets_.keep(options_.client.key_pem);
}

Answer Authority::answer(Request const& request, EntraEndpoint const& endpoint, Time now)
{
    EntraCall const call{request, endpoint, now};
    if (!equal_ignoring_case(endpoint.tenant, options_.tenant))
        return refuse({400, "invalid_request", 90002, "Tenant '" + endpoint.tenant + "' not found."}, call);
    switch (endpoint.purpose) {
    case EntraPurpose::token:
        return answer_token(call);
    case EntraPurpose::device_code:
        return answer_device_code(call);
    case EntraPurpose::authorize:
        return authorize_.answer(call);
    case EntraPurpose::configuration:
        break;
    }
    return answer_configuration(call);
}

void Authority::note_secrets(Request const& request)
{
    auto const fields = parse_form(request.body);
    if (!fields) return;
    secrets_.keep(field_of(*fields, "client_assertion"));
    secrets_.keep(field_of(*fields, "code_verifier"));
}

Answer Authority::answer_token(EntraCall const& call)
{
    if (auto const refusal = refuse_post(call.request)) return refuse(*refusal, call);
    auto const fields = parse_form(call.request.body);
    if (!fields) return refuse(malformed(), call);
    if (field_of(*fields, "grant_type").empty()) return refuse(missing("grant_type"), call);
    if (auto const refusal = client_.refuse(*fields, url_of(call.request), call.now)) return refuse(*refusal, call);
    auto const verdict = redeem(*fields, call);
    if (auto const* const refusal = std::get_if<Refusal>(&verdict)) return refuse(*refusal, call);
    return grant(std::get<Granted>(verdict), *fields, call);
}

Answer Authority::answer_device_code(EntraCall const& call)
{
    if (auto const refusal = refuse_post(call.request)) return refuse(*refusal, call);
    auto const fields = parse_form(call.request.body);
    auto const version = call.endpoint.version;
    if (!fields) return refuse(malformed(), call);
    if (auto const refusal = client_.refuse_id(field_of(*fields, "client_id"))) return refuse(*refusal, call);
    if (auto const refusal = api_.refuse(*fields, version)) return refuse(*refusal, call);
    return device_codes_.issue(call, asked_for(*fields, version));
}

Answer Authority::answer_configuration(EntraCall const& call) const
{
    auto const root = "https://" + call.request.value("Host") + '/' + options_.tenant;
    return {200, entra_headers(random_guid(), call),
            R"({"token_endpoint":)" + json_text(root + "/oauth2/v2.0/token") + R"(,"authorization_endpoint":)" +
                json_text(root + "/oauth2/v2.0/authorize") + R"(,"device_authorization_endpoint":)" +
                json_text(root + "/oauth2/v2.0/devicecode") + R"(,"issuer":)" + json_text(root + "/v2.0") + '}'};
}

Authority::Verdict Authority::redeem(FormFields const& fields, EntraCall const& call)
{
    auto const grant_type = fields.at("grant_type");
    auto const version = call.endpoint.version;
    if (grant_type == "refresh_token") return redeem_refresh_token(fields, version);
    if (auto const refusal = api_.refuse_if_named(fields, version)) return *refusal;
    if (grant_type == "authorization_code") return codes_.redeem(fields, call.now);
    // The short name is older than RFC 8628, and still taken.
    if (grant_type == "urn:ietf:params:oauth:grant-type:device_code" || grant_type == "device_code")
        return device_codes_.redeem(fields, version, call.now);
    return Refusal{400, "unsupported_grant_type", 70003, "The app requested an unsupported grant type."};
}

Authority::Verdict Authority::redeem_refresh_token(FormFields const& fields, EntraVersion version)
{
    auto const token = field_of(fields, "refresh_token");
    if (token.empty()) return missing("refresh_token");
    if (auto const refusal = api_.refuse(fields, version)) return *refusal;
    if (auto const refusal = tokens_.refuse_refresh_token(token)) return *refusal;
    return asked_for(fields, version);
}

Answer Authority::grant(Granted granted, FormFields const& fields, EntraCall const& call)
{
    auto const access_token = tokens_.issue_access_token(call.now + options_.expires_in);
    auto body =
        R"({"token_type":"Bearer",)" + lifetimes(fields, call) + R"(,"access_token":)" + json_text(access_token);
    if (granted.refresh_token && options_.rotate)
        body += R"(,"refresh_token":)" + json_text(tokens_.issue_refresh_token());
    if (granted.id_token) {
        auto const id_token = make_id_token(person_, options_.client.client_id, call);
        secrets_.keep(id_token);
        body += R"(,"id_token":)" + json_text(id_token);
    }
    return {200, entra_headers(random_guid(), call), body + '}'};
}

/// Of the access token, with what it is for: v1 writes numbers as text, and more of them.
std::string Authority::lifetimes(FormFields const& fields, EntraCall const& call) const
{
    auto const v1 = call.endpoint.version == EntraVersion::v1;
    auto const number = [&](std::string const& digits) { return v1 ? json_text(digits) : digits; };
    auto const seconds = number(std::to_string(options_.expires_in.count()));
    auto text = R"("expires_in":)" + seconds + R"(,"ext_expires_in":)" + seconds;
    if (options_.refresh_in) text += R"(,"refresh_in":)" + number(std::to_string(options_.refresh_in->count()));
    if (!v1) return R"("scope":"https://api.partnercenter.microsoft.com/user_impersonation",)" + text;
    return R"("scope":"user_impersonation",)" + text + R"(,"expires_on":)" +
           json_text(epoch(call.now + options_.expires_in)) + R"(,"not_before":)" + json_text(epoch(call.now)) +
           R"(,"resource":)" + json_text(field_of(fields, "resource"));
}

} // namespace usaged::test
