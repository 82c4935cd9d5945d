#include "tests/simulator/simulated_client.h"

#include "tests/simulator/base64url.h"
#include "tests/simulator/form.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

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
    return token_request_of(to_form(form));
}

std::string SimulatedClient::token_request_of(std::string const& encoded_form) const
{
    return post_request("/oauth2/v2.0/token", encoded_form);
}

std::string SimulatedClient::post_request(std::string const& path, std::string const& encoded_form) const
{
    return "POST /" + simulator_.tenant() + path + " HTTP/1.1\r\n" +
           lines({{"Host", "127.0.0.1:" + std::to_string(simulator_.port())},
                  {"Content-Type", "application/x-www-form-urlencoded"},
                  {"Content-Length", std::to_string(encoded_form.size())}}) +
           "\r\n" + encoded_form;
}

ReceivedAnswer SimulatedClient::post(std::string const& path, std::map<std::string, std::string> const& form) const
{
    return ask(post_request(path, to_form(form)));
}

ReceivedAnswer SimulatedClient::get(std::string const& target) const
{
    return ask("GET " + target + " HTTP/1.1\r\n" + lines({{"Host", "127.0.0.1:" + std::to_string(simulator_.port())}}) +
               "\r\n");
}

std::string SimulatedClient::url(std::string const& path) const
{
    return simulator_.base_url() + '/' + simulator_.tenant() + path;
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
    return api_request("/v1/analytics/licenses/usage" + query, headers);
}

std::string SimulatedClient::api_request(std::string const& target,
                                         std::map<std::string, std::string> const& headers) const
{
    return "GET " + target + " HTTP/1.1\r\n" + lines(headers) + "\r\n";
}

ReceivedAnswer SimulatedClient::fetch(std::string const& target, std::string const& access_token,
                                      std::string const& continuation) const
{
    auto headers = usage_headers(access_token);
    if (!continuation.empty()) headers["MS-ContinuationToken"] = continuation;
    return ask(api_request(target, headers));
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

void check_refused(ReceivedAnswer const& answer, int status, std::string const& error, std::string const& code)
{
    CHECK(answer.status == status);
    CHECK(text_field(answer.body, "error") == error);
    CHECK(answer.body.find("\"error_codes\":[" + code + ']') != std::string::npos);
}

std::string text_field(std::string const& json, std::string_view name)
{
    auto const opening = '"' + std::string{name} + "\":\"";
    auto const start = json.find(opening);
    if (start == std::string::npos) return {};
    auto const value = start + opening.size();
    return json.substr(value, json.find('"', value) - value);
}

std::string id_token_claims(std::string const& id_token)
{
    auto const start = id_token.find('.') + 1;
    return from_base64url(id_token.substr(start, id_token.find('.', start) - start)).value_or("");
}

} // namespace usaged::test
