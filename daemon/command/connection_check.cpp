#include "daemon/command/connection_check.h"

#include "daemon/auth/answer.h"
#include "daemon/fault/classify.h"
#include "daemon/fault/retry_after.h"
#include "daemon/net/proxy.h"
#include "daemon/net/resolve.h"

#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <vector>

namespace usaged {

namespace asio = boost::asio;

namespace {

using namespace std::chrono_literals;

constexpr auto tolerated_skew = 1min;
constexpr auto fatal_skew = 5min; // what Kerberos and tokens tolerate

/// Whether it is what an OpenID provider says about itself. (OpenID Connect Discovery 1.0, section 3)
bool is_provider_configuration(std::string const& body)
{
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    if (parser.parse(body).get(document) != simdjson::SUCCESS) return false;
    return document["issuer"].is_string() || document["token_endpoint"].is_string();
}

/// Why `response` does not say that Entra ID knows the tenant; nothing if it does.
std::optional<Error> tenant_refusal(HttpResponse const& response, Timestamp now)
{
    if (auto refusal = classify_token_answer(answer_of(response, now))) return refusal;
    if (is_provider_configuration(response.body)) return std::nullopt;
    return Error{ErrorCategory::protocol, "what answered is not Entra ID",
                 "check partner_center.authority, and whether a proxy or portal on the way answers in its place"};
}

/// The addresses, each once.
std::string addresses(Endpoints const& endpoints)
{
    std::string text;
    std::vector<asio::ip::address> listed;
    for (auto const& endpoint : endpoints) {
        auto const address = endpoint.address();
        if (std::find(listed.begin(), listed.end(), address) != listed.end()) continue;
        listed.push_back(address);
        text += (text.empty() ? "" : ", ") + address.to_string();
    }
    return text;
}

} // namespace

ConnectionCheck::ConnectionCheck(Config const& config, HttpTransport& transport, Clock const& clock,
                                 DoctorReport& report)
    : config_{config}, transport_{transport}, clock_{clock}, report_{report}
{
}

asio::awaitable<void> ConnectionCheck::run()
{
    auto const& center = config_.partner_center;
    auto const document = center.authority + "/" + center.tenant + "/v2.0/.well-known/openid-configuration";
    auto const answer = co_await reach(document);
    auto const same_origin = parse_https_url(center.authority).origin() == parse_https_url(center.base_url).origin();
    api_reached_ = answer.has_value();
    if (!same_origin) {
        auto const api_answer = co_await reach(center.base_url + "/");
        api_reached_ = api_answer.has_value();
    }
    if (!clock_compared_) report_.skip("clock", "no server said what time it is");
    check_tenant(answer);
}

/// Any answer at all means that the way is free.
asio::awaitable<std::optional<HttpResponse>> ConnectionCheck::reach(std::string url)
{
    auto const parts = parse_https_url(url);
    auto const found = co_await look_up(parts);
    if (!found) {
        report_.skip("connection", parts.origin() + " is out of reach, as said above");
        co_return std::nullopt;
    }
    HttpRequest request;
    request.url = std::move(url);
    request.headers.emplace_back("Accept", "application/json");
    request.max_body = 1 << 20;
    try {
        auto response = co_await transport_.send(request);
        report_.ok("connection",
                   parts.origin() + " answers; its certificate, the chain and the name in it are trusted");
        check_clock(response);
        co_return response;
    } catch (Error const& error) {
        report_.fail("connection", error);
    }
    co_return std::nullopt;
}

/// Whether there is an address to connect to: the server's, or that of the proxy before it.
asio::awaitable<bool> ConnectionCheck::look_up(HttpsUrl url)
{
    std::optional<Proxy> proxy;
    try {
        proxy = choose_proxy(config_.http.proxy, url.host, url.port);
    } catch (Error const& error) {
        report_.fail("proxy", error);
        co_return false;
    }
    if (!proxy) {
        auto const found = co_await look_up_name(url.host, url.port);
        co_return found;
    }
    auto const with_user = proxy->authorization.empty() ? "" : ", with user name and password";
    report_.ok("proxy", proxy->origin() + " is the way to " + url.origin() + with_user);
    report_.skip("DNS", url.host + " is looked up by the proxy");
    auto const found = co_await look_up_name(proxy->host, proxy->port);
    co_return found;
}

asio::awaitable<bool> ConnectionCheck::look_up_name(std::string host, std::string port)
{
    auto const deadline = clock_.steady_now() + config_.http.connect_timeout;
    LookUp const method = look_up_addresses;
    try {
        auto const endpoints = co_await resolve(host, port, deadline, method);
        report_.ok("DNS", host + " is " + addresses(endpoints));
        co_return true;
    } catch (Error const& error) {
        report_.fail("DNS", error);
    }
    co_return false;
}

/// By the first server that says what time it is.
void ConnectionCheck::check_clock(HttpResponse const& response)
{
    auto const date = parse_http_date(response.header("Date").value_or(""));
    if (!date || clock_compared_) return;
    clock_compared_ = true;
    auto const skew = std::chrono::duration_cast<std::chrono::seconds>(clock_.now() - *date);
    auto const direction = skew < 0s ? " behind" : " ahead";
    auto const text = std::to_string(std::chrono::abs(skew).count()) + " s" + direction + " of the server's";
    std::string const remedy = "let it be set: sudo timedatectl set-ntp true; `timedatectl` shows what became of it";
    if (std::chrono::abs(skew) > fatal_skew)
        report_.fail("clock", Error{ErrorCategory::config, "this computer's clock is " + text, remedy});
    else if (std::chrono::abs(skew) > tolerated_skew)
        report_.warn("clock", "this computer's clock is " + text, remedy);
    else
        report_.ok("clock", text);
}

void ConnectionCheck::check_tenant(std::optional<HttpResponse> const& response)
{
    auto const& tenant = config_.partner_center.tenant;
    if (!response) {
        report_.skip("tenant", "Entra ID was not reached");
        return;
    }
    auto const refusal = tenant_refusal(*response, clock_.now());
    tenant_known_ = !refusal;
    if (refusal)
        report_.fail("tenant", Error{*refusal});
    else
        report_.ok("tenant", tenant + " is known to Entra ID");
}

} // namespace usaged
