#include "daemon/net/proxy.h"

#include "daemon/fault/error.h"
#include "daemon/net/proxy_exemption.h"
#include "daemon/net/url_host.h"
#include "daemon/net/wiped_text.h"

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdlib>
#include <initializer_list>
#include <utility>

namespace usaged {
namespace urls = boost::urls;
namespace {

/// Where a proxy is written down, and what stands there.
struct Source {
    std::string name;
    std::string_view url;
    bool environment = false;
};

// The text of the setting stays out of it: it may hold a password.
Error refusal(Source const& source, std::string const& why)
{
    return Error{ErrorCategory::config, source.name + " " + why,
                 "it has to look like http://proxy.example:3128" +
                     std::string{source.environment ? "; or set http.proxy, which goes before it" : ""}};
}

/// The first of the variables that is set to something, with its name.
std::optional<Source> from_environment(std::initializer_list<char const*> names)
{
    for (auto const* const name : names) {
        char const* const value = std::getenv(name);
        if (value != nullptr && *value != '\0') return Source{std::string{"$"} + name, value, true};
    }
    return std::nullopt;
}

std::optional<Source> configured(ProxySettings const& settings)
{
    if (settings.url.empty()) return from_environment({"HTTPS_PROXY", "https_proxy"});
    if (settings.url == "direct") return std::nullopt;
    return Source{"http.proxy", settings.url, false};
}

bool exempt(Source const& source, std::string_view host, std::string_view port)
{
    if (source.environment && loopback_host(host)) return true;
    auto const list = from_environment({"NO_PROXY", "no_proxy"});
    return list && exempt_from_proxy(list->url, host, port);
}

std::string base64(std::string const& text)
{
    std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
    ::EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<unsigned char const*>(text.data()),
                      static_cast<int>(text.size()));
    out.pop_back(); // the zero that ends it
    return out;
}

/// (RFC 7617, section 2)
Secret basic_authorization(Source const& source, std::string_view user, std::string_view password)
{
    if (user.find(':') != std::string_view::npos) throw refusal(source, "has a user name with a colon in it");
    std::string pair;
    pair.reserve(user.size() + password.size() + 1); // growing would leave copies of the password behind
    pair.append(user).append(":").append(password);
    WipedText const clear{std::move(pair)};
    WipedText const encoded{base64(clear.get())};
    std::string value;
    value.reserve(encoded.get().size() + 6);
    return Secret{std::move(value.append("Basic ").append(encoded.get()))};
}

Secret authorization(Source const& source, urls::url_view const& url, ProxySettings const& settings)
{
    if (!settings.user.empty()) {
        if (!settings.password.configured()) return basic_authorization(source, settings.user, {});
        auto const password = read_secret(settings.password, "http.proxy_password");
        return basic_authorization(source, settings.user, password.reveal());
    }
    if (!url.has_userinfo()) return {};
    WipedText const user{url.user()};
    WipedText const password{url.password()};
    return basic_authorization(source, user.get(), password.get());
}

Proxy parse(Source const& source, ProxySettings const& settings)
{
    auto const bare = source.environment && source.url.find("://") == std::string_view::npos;
    WipedText const text{(bare ? "http://" : "") + std::string{source.url}};
    auto const parsed = urls::parse_uri(text.get());
    if (!parsed) throw refusal(source, "is not a valid URL");
    urls::url_view const& url = *parsed;
    if (url.scheme_id() != urls::scheme::http)
        throw refusal(source, "is not a proxy that is spoken to in plain HTTP, the only kind that usaged can use");
    if (url.has_userinfo() && !source.environment)
        throw Error{ErrorCategory::config, source.name + " has a user name or password in it",
                    "put them into http.proxy_user and http.proxy_password"};
    auto const host = url_host(url);
    if (!host) throw refusal(source, "has no host, or one that cannot be looked up");
    auto const path = std::string_view{url.encoded_path()};
    if ((!path.empty() && path != "/") || url.has_query() || url.has_fragment())
        throw refusal(source, "goes on after the port");
    auto const has_port = url.has_port() && !url.port().empty();
    if (has_port && url.port_number() == 0) throw refusal(source, "has a port that is not between 1 and 65535");
    auto const port = has_port ? std::to_string(url.port_number()) : "80";
    return {*host, port, authorization(source, url, settings), source.name};
}

} // namespace

std::string Proxy::origin() const
{
    return bracketed(host) + ":" + port;
}

std::optional<Proxy> choose_proxy(ProxySettings const& settings, std::string_view host, std::string_view port)
{
    auto const source = configured(settings);
    if (!source || exempt(*source, host, port)) return std::nullopt;
    return parse(*source, settings);
}

} // namespace usaged
