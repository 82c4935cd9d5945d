#include "daemon/net/tunnel.h"

#include "daemon/net/request_text.h"

namespace usaged {

std::string connect_text(Proxy const& proxy, std::string const& origin)
{
    auto const& authorization = proxy.authorization.reveal();
    std::string text;
    text.reserve(2 * origin.size() + authorization.size() + 64); // growing would leave copies of the password behind
    text.append("CONNECT ").append(origin).append(" HTTP/1.1\r\n");
    append_field(text, "Host", origin);
    if (!authorization.empty()) append_field(text, "Proxy-Authorization", authorization);
    text.append("\r\n");
    return text;
}

namespace {

std::string credentials_remedy(Proxy const& proxy)
{
    std::string const settings = "http.proxy_user and http.proxy_password";
    auto const place = proxy.source == "http.proxy"
                           ? settings
                           : "user name and password in " + proxy.source + ", or " + settings + ", which go before it";
    return "check " + place + "; usaged speaks Basic authentication";
}

} // namespace

std::optional<Error> tunnel_refusal(Proxy const& proxy, std::string const& origin, int status)
{
    if (status / 100 == 2) return std::nullopt;
    auto const what = in_words(proxy) + " does not connect to " + origin + ": status " + std::to_string(status);
    if (status == 407 || status == 401) { // tinyproxy says 401 to a wrong password
        auto const known = !proxy.authorization.empty();
        return Error{ErrorCategory::config,
                     what + (known ? ", it refuses the user name and password" : ", it wants a user name and password"),
                     credentials_remedy(proxy)};
    }
    auto const may_pass = status >= 500 || status == 408 || status == 429;
    Error error{ErrorCategory::network, what,
                may_pass ? "check whether the proxy, which " + proxy.source + " names, reaches " + origin
                         : "ask who runs the proxy to allow CONNECT to " + origin};
    return error.retryable(may_pass);
}

std::string in_words(Proxy const& proxy)
{
    return "the proxy " + proxy.origin();
}

} // namespace usaged
