#include "tests/simulator/authorize_endpoint.h"

#include "tests/simulator/authorize_page.h"

#include <simdjson.h>

#include <algorithm>
#include <array>

namespace usaged::test {
namespace {

Refusal invalid_request(int code, std::string text)
{
    return {400, "invalid_request", code, std::move(text)};
}

/// `http://localhost/` with any port and path, as it is registered for a native application.
bool is_registered(std::string const& redirect_uri)
{
    constexpr std::string_view start = "http://localhost";
    if (!redirect_uri.starts_with(start) || redirect_uri.find_first_of("?#") != std::string::npos) return false;
    auto const rest = redirect_uri.substr(start.size());
    auto const slash = rest.find('/');
    auto const port = rest.substr(0, slash);
    if (slash == std::string::npos) return false;
    return port.empty() ||
           (port.size() > 1 && port.front() == ':' && port.find_first_not_of("0123456789", 1) == std::string::npos);
}

bool is_prompt(std::string const& text)
{
    static constexpr std::array<std::string_view, 5> known{"", "login", "select_account", "consent", "none"};
    return std::find(known.begin(), known.end(), text) != known.end();
}

bool is_claims(std::string const& text)
{
    simdjson::dom::parser parser;
    return text.empty() || parser.parse(text).error() == simdjson::SUCCESS;
}

std::optional<Refusal> refuse_response(FormFields const& fields)
{
    if (field_of(fields, "response_type") != "code")
        return Refusal{400, "unsupported_response_type", 700054, "The response_type is not enabled."};
    if (field_of(fields, "response_mode") != "query") return invalid_request(70007, "The response_mode must be query.");
    if (!is_registered(field_of(fields, "redirect_uri")))
        return invalid_request(50011, "The redirect URI does not match the redirect URIs of the application.");
    if (field_of(fields, "state").empty()) return missing("state");
    return std::nullopt;
}

std::optional<Refusal> refuse_challenge(FormFields const& fields)
{
    constexpr std::size_t size_of_sha256 = 43;
    auto const challenge = field_of(fields, "code_challenge");
    if (field_of(fields, "code_challenge_method") != "S256" || challenge.size() != size_of_sha256)
        return invalid_request(501491, "Invalid size of Code_Challenge parameter.");
    return std::nullopt;
}

/// The number that goes with an error of the authorize endpoint.
int code_of(std::string const& error)
{
    if (error == "access_denied") return 65004;
    if (error == "consent_required") return 65001;
    if (error == "interaction_required") return 50076;
    if (error == "login_required") return 50058;
    return error == "temporarily_unavailable" ? 90006 : 90033;
}

} // namespace

Answer AuthorizeEndpoint::answer(EntraCall const& call)
{
    auto const trouble = [](Refusal const& refusal) { return Answer{400, page_headers(), trouble_page(refusal)}; };
    auto const fields = parse_form(call.request.query());
    if (!fields) return trouble(invalid_request(9002313, "Invalid request. Request is malformed."));
    if (auto const refusal = refuse_query(*fields, call.endpoint.version)) return trouble(*refusal);
    if (!refused_with_.empty() || field_of(*fields, "signed_in") == "1") return redirect(*fields, call);
    return {200, page_headers(), sign_in_page(call.request.target + "&signed_in=1", by_itself_)};
}

std::optional<Refusal> AuthorizeEndpoint::refuse_query(FormFields const& fields, EntraVersion version) const
{
    if (auto refusal = client_.refuse_id(field_of(fields, "client_id"))) return refusal;
    if (auto refusal = refuse_response(fields)) return refusal;
    if (auto refusal = refuse_challenge(fields)) return refusal;
    if (!is_prompt(field_of(fields, "prompt"))) return invalid_request(90023, "The prompt is not supported.");
    if (!is_claims(field_of(fields, "claims"))) return invalid_request(50140, "The claims are not JSON.");
    return api_.refuse(fields, version);
}

// The empty fragment at the end is Microsoft's (Microsoft Entra docs: reference-breaking-changes).
Answer AuthorizeEndpoint::redirect(FormFields const& fields, EntraCall const& call)
{
    FormFields query{{"state", fields.at("state")}};
    if (refused_with_.empty()) {
        query["code"] = codes_.issue(fields, asked_for(fields, call.endpoint.version), call.now);
        query["session_state"] = random_guid();
    } else {
        query["error"] = refused_with_;
        query["error_description"] =
            headline({400, refused_with_, code_of(refused_with_), "The person or a policy refused."});
    }
    return {302, {{"Location", fields.at("redirect_uri") + '?' + to_form(query) + '#'}}, {}};
}

} // namespace usaged::test
