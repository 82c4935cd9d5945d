#include "config/value.h"
#include "daemon/fault/error.h"
#include "daemon/net/https_url.h"

namespace usaged {

Parser<std::string> https_url()
{
    return [](Scalar const& scalar) -> Parsed<std::string> {
        try {
            auto const url = parse_https_url(scalar.text);
            auto const bare = scalar.text.find_first_of("?#") == std::string::npos;
            auto const text = "https://" + url.authority + url.target;
            if (bare) return {text.substr(0, text.find_last_not_of('/') + 1), {}};
        } catch (Error const&) {
            // The complaint below says it in the words of the configuration.
        }
        return {{}, "must be https://HOST, without user, query and fragment"};
    };
}

Parser<std::string> capability_url()
{
    return [](Scalar const& scalar) -> Parsed<std::string> {
        try {
            auto const url = parse_https_url(scalar.text);
            auto const whole = scalar.text.find('#') == std::string::npos;
            if (whole) return {"https://" + url.authority + url.target, {}};
        } catch (Error const&) {
            // The complaint below says it in the words of the configuration.
        }
        return {{}, "must be https://HOST/PATH, without user and fragment"};
    };
}

std::string masked_url(std::string const& url)
{
    return "https://" + parse_https_url(url).authority + "/***";
}

Parser<std::string> proxy_url()
{
    return [](Scalar const& scalar) -> Parsed<std::string> {
        constexpr std::string_view direct = "direct";
        constexpr std::string_view scheme = "http://";
        if (scalar.text == direct) return {scalar.text, {}};
        try {
            auto const rest = scalar.text.starts_with(scheme) ? scalar.text.substr(scheme.size()) : std::string{};
            auto const url = parse_https_url("https://" + rest); // whose hosts and ports have the same form
            auto const bare = url.target == "/" && rest.find_first_of("?#") == std::string::npos;
            auto const has_port = rest.find(":" + url.port, rest.find(']') + 1) != std::string::npos;
            if (bare && has_port) return {std::string{scheme} + url.origin(), {}};
        } catch (Error const&) {
            // The complaint below says it in the words of the configuration.
        }
        return {{},
                "must be http://HOST:PORT or direct; a user name and password belong in proxy_user and "
                "proxy_password"};
    };
}

} // namespace usaged
