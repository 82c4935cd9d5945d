#include "tests/simulator/entra.h"

#include "tests/simulator/json_text.h"

#include <array>
#include <ctime>

namespace usaged::test {
namespace {

struct KnownPath {
    std::string_view path; ///< after the tenant
    EntraPurpose purpose;
    EntraVersion version;
};

constexpr std::array<KnownPath, 7> known_paths{{
    {"/oauth2/v2.0/token", EntraPurpose::token, EntraVersion::v2},
    {"/oauth2/token", EntraPurpose::token, EntraVersion::v1},
    {"/oauth2/v2.0/authorize", EntraPurpose::authorize, EntraVersion::v2},
    {"/oauth2/authorize", EntraPurpose::authorize, EntraVersion::v1},
    {"/oauth2/v2.0/devicecode", EntraPurpose::device_code, EntraVersion::v2},
    {"/oauth2/devicecode", EntraPurpose::device_code, EntraVersion::v1},
    {"/v2.0/.well-known/openid-configuration", EntraPurpose::configuration, EntraVersion::v2},
}};

/// `2026-07-21 04:10:58Z`
std::string timestamp(std::chrono::system_clock::time_point now)
{
    auto const seconds = std::chrono::system_clock::to_time_t(now);
    std::tm fields{};
    gmtime_r(&seconds, &fields);
    std::array<char, 32> text{};
    auto const size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &fields);
    return {text.data(), size};
}

std::string correlation_id(Request const& request)
{
    auto const given = request.value("client-request-id");
    return is_guid(given) ? given : random_guid();
}

} // namespace

std::optional<EntraEndpoint> entra_endpoint(std::string_view path)
{
    auto const slash = path.find('/', 1);
    if (slash == std::string_view::npos) return std::nullopt;
    for (auto const& known : known_paths)
        if (path.substr(slash) == known.path)
            return EntraEndpoint{known.purpose, known.version, std::string{path.substr(1, slash - 1)}};
    return std::nullopt;
}

std::string headline(Refusal const& refusal)
{
    return "AADSTS" + std::to_string(refusal.code) + ": " + refusal.text;
}

std::vector<Header> entra_headers(std::string const& trace_id, EntraCall const& call)
{
    std::vector<Header> headers{{"Cache-Control", "no-store, no-cache"},
                                {"Pragma", "no-cache"},
                                {"Content-Type", "application/json; charset=utf-8"},
                                {"x-ms-request-id", trace_id}};
    if (equal_ignoring_case(call.request.value("return-client-request-id"), "true"))
        headers.push_back({"client-request-id", call.request.value("client-request-id")});
    return headers;
}

Answer refuse(Refusal const& refusal, EntraCall const& call)
{
    std::string const separator = call.endpoint.version == EntraVersion::v1 ? "\r\n" : " ";
    auto const code = std::to_string(refusal.code);
    auto const time = timestamp(call.now);
    auto const trace = random_guid();
    auto const correlation = correlation_id(call.request);
    auto const description = headline(refusal) + separator + "Trace ID: " + trace + separator +
                             "Correlation ID: " + correlation + separator + "Timestamp: " + time;
    auto body = R"({"error":)" + json_text(refusal.error) + R"(,"error_description":)" + json_text(description) +
                R"(,"error_codes":[)" + code + R"(],"timestamp":)" + json_text(time) + R"(,"trace_id":)" +
                json_text(trace) + R"(,"correlation_id":)" + json_text(correlation) +
                R"(,"error_uri":"https://login.microsoftonline.com/error?code=)" + code + '"';
    if (refusal.code == 700082) body += R"(,"suberror":"bad_token")";
    return {refusal.status, entra_headers(trace, call), body + '}'};
}

} // namespace usaged::test
