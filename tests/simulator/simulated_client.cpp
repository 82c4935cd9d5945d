#include "tests/simulator/simulated_client.h"

#include <array>
#include <cctype>
#include <cstdio>

namespace usaged::test {
namespace {

std::string percent_encoded(std::string const& text)
{
    std::string encoded;
    for (auto const c : text) {
        auto const code = static_cast<unsigned char>(c);
        std::array<char, 4> escape{c};
        if (std::isalnum(code) == 0) std::snprintf(escape.data(), escape.size(), "%%%02X", unsigned{code});
        encoded += escape.data();
    }
    return encoded;
}

std::string lines(std::map<std::string, std::string> const& headers)
{
    std::string text;
    for (auto const& [name, value] : headers) text += name + ": " + value + "\r\n";
    return text;
}

} // namespace

SimulatedClient::SimulatedClient(Simulator const& simulator) : simulator_{simulator} {}

std::map<std::string, std::string> SimulatedClient::token_form(std::string const& refresh_token) const
{
    return {{"grant_type", "refresh_token"},
            {"client_id", simulator_.client_id()},
            {"client_secret", simulator_.client_secret()},
            {"refresh_token", refresh_token},
            {"scope", "https://api.partnercenter.microsoft.com/user_impersonation offline_access"}};
}

std::string SimulatedClient::token_request(std::map<std::string, std::string> const& form) const
{
    std::string body;
    for (auto const& [name, value] : form) body += (body.empty() ? "" : "&") + name + '=' + percent_encoded(value);
    return token_request_of(body);
}

std::string SimulatedClient::token_request_of(std::string const& encoded_form) const
{
    return "POST /" + simulator_.tenant() + "/oauth2/v2.0/token HTTP/1.1\r\n" +
           lines({{"Host", "127.0.0.1:" + std::to_string(simulator_.port())},
                  {"Content-Type", "application/x-www-form-urlencoded"},
                  {"Content-Length", std::to_string(encoded_form.size())}}) +
           "\r\n" + encoded_form;
}

std::map<std::string, std::string> SimulatedClient::usage_headers(std::string const& access_token) const
{
    return {{"Host", "127.0.0.1:" + std::to_string(simulator_.port())},
            {"Accept", "application/json"},
            {"Authorization", "Bearer " + access_token},
            {"MS-RequestId", random_guid()},
            {"MS-CorrelationId", random_guid()}};
}

std::string SimulatedClient::usage_request(std::map<std::string, std::string> const& headers,
                                           std::string const& query) const
{
    return "GET /v1/analytics/licenses/usage" + query + " HTTP/1.1\r\n" + lines(headers) + "\r\n";
}

std::string SimulatedClient::usage_request(std::string const& access_token) const
{
    return usage_request(usage_headers(access_token));
}

ReceivedAnswer SimulatedClient::ask(std::string_view request) const
{
    TlsClient client{simulator_.port(), simulator_.ca_pem()};
    client.send(request);
    return client.read_answer();
}

std::string SimulatedClient::access_token() const
{
    return text_field(ask(token_request(token_form(simulator_.seed_refresh_token()))).body, "access_token");
}

std::string text_field(std::string const& json, std::string_view name)
{
    auto const opening = '"' + std::string{name} + "\":\"";
    auto const start = json.find(opening);
    if (start == std::string::npos) return {};
    auto const value = start + opening.size();
    return json.substr(value, json.find('"', value) - value);
}

} // namespace usaged::test
