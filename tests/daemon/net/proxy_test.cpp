#include "daemon/fault/error.h"
#include "daemon/net/proxy.h"
#include "tests/support/environment_variable.h"
#include "tests/support/freed_memory.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace usaged::test {
namespace {

/// The variables that matter, all of them set, if only to nothing.
class Environment {
public:
    explicit Environment(std::map<std::string, std::string> const& values = {})
    {
        for (char const* const name : {"HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"}) {
            auto const value = values.find(name);
            variables_.push_back(
                std::make_unique<EnvironmentVariable>(name, value == values.end() ? "" : value->second));
        }
    }

private:
    std::vector<std::unique_ptr<EnvironmentVariable>> variables_;
};

ProxySettings with_url(std::string url)
{
    ProxySettings settings;
    settings.url = std::move(url);
    return settings;
}

/// Host and port of the proxy for api.example.com, or "none".
std::string chosen(ProxySettings const& settings)
{
    auto const proxy = choose_proxy(settings, "api.example.com", "443");
    return proxy ? proxy->origin() : "none";
}

Error refused(ProxySettings const& settings)
{
    try {
        choose_proxy(settings, "api.example.com", "443");
    } catch (Error const& error) {
        return error;
    }
    throw std::logic_error{"was not refused"};
}

TEST_CASE("a proxy says where it is written down")
{
    Environment const environment{{{"https_proxy", "environment.example:8080"}}};
    CHECK(choose_proxy({}, "api.example.com", "443").value().source == "$https_proxy");
    CHECK(choose_proxy(with_url("http://configured.example"), "api.example.com", "443").value().source == "http.proxy");
}

TEST_CASE("the proxy is the configured one, or else that of the environment, unless it is to be direct")
{
    struct Case {
        std::string url;
        std::map<std::string, std::string> environment;
        std::string expected;
    };
    for (auto const& expected : {
             Case{"", {}, "none"},
             Case{"http://proxy.example:3128", {}, "proxy.example:3128"},
             Case{"",
                  {{"HTTPS_PROXY", "http://upper.example:1/"}, {"https_proxy", "http://lower.example:2"}},
                  "upper.example:1"},
             Case{"", {{"https_proxy", "http://lower.example:2"}}, "lower.example:2"},
             Case{"", {{"HTTPS_PROXY", "upper.example:1"}}, "upper.example:1"},
             Case{"", {{"HTTPS_PROXY", "http://upper.example"}}, "upper.example:80"},
             Case{"", {{"HTTPS_PROXY", "HTTP://[fd00::1]:3128"}}, "[fd00::1]:3128"},
             Case{"http://proxy.example:3128", {{"HTTPS_PROXY", "http://upper.example:1"}}, "proxy.example:3128"},
             Case{"direct", {{"HTTPS_PROXY", "http://upper.example:1"}}, "none"},
         }) {
        Environment const environment{expected.environment};
        CAPTURE(expected.expected);
        CHECK(chosen(with_url(expected.url)) == expected.expected);
    }
}

TEST_CASE("exempted hosts go past any proxy, this computer past the environment's")
{
    Environment const environment{{{"HTTPS_PROXY", "http://upper.example:1"}, {"no_proxy", "example.com"}}};
    auto const configured = with_url("http://proxy.example:3128");
    CHECK_FALSE(choose_proxy({}, "api.example.com", "443"));
    CHECK_FALSE(choose_proxy(configured, "api.example.com", "443"));
    CHECK(choose_proxy({}, "api.example.org", "443"));
    CHECK_FALSE(choose_proxy({}, "127.0.0.1", "8443"));
    CHECK_FALSE(choose_proxy({}, "localhost", "8443"));
    CHECK(choose_proxy(configured, "127.0.0.1", "8443"));
}

TEST_CASE("user and password become Basic authentication, the configured ones before the environment's")
{
    Environment const environment{{{"HTTPS_PROXY", "http://Aladdin:open%20sesame@proxy.example:3128"}}};
    auto const header = [](ProxySettings const& settings) {
        return choose_proxy(settings, "api.example.com", "443").value().authorization.reveal();
    };
    CHECK(header({}) == "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    ProxySettings settings;
    settings.user = "test";
    CHECK(header(settings) == "Basic dGVzdDo=");
    EnvironmentVariable const password{"USAGED_TEST_PROXY_PASSWORD", "123\u00A3"}; // RFC 7617, section 2.1
    settings.password = {SecretSource::Kind::env, "USAGED_TEST_PROXY_PASSWORD"};
    CHECK(header(settings) == "Basic dGVzdDoxMjPCow==");
    settings.url = "http://proxy.example:3128";
    CHECK(header(settings) == "Basic dGVzdDoxMjPCow==");
}

TEST_CASE("without a user there is no authentication")
{
    Environment const environment;
    CHECK(choose_proxy(with_url("http://proxy.example:3128"), "api.example.com", "443").value().authorization.empty());
}

TEST_CASE("what is not the URL of a proxy in plain HTTP is a configuration error that shows nothing of it")
{
    for (std::string const url :
         {"https://secret.example:3128", "socks5://secret.example:1080", "http://", "http://:3128", "http:///secret",
          "http://proxy.example:3128/secret", "http://proxy.example:3128?secret", "http://proxy.example:3128#secret",
          "http://proxy.example:0", "http://proxy.example:65536", "http://secret@@proxy.example:3128", "http://sec ret",
          "http://10.0.0.1.secret:3128", "http://sec%20ret:3128"}) {
        CAPTURE(url);
        Environment const none;
        auto error = refused(with_url(url));
        CHECK(error.category() == ErrorCategory::config);
        CHECK(std::string{error.what()}.starts_with("http.proxy "));
        CHECK(std::string{error.what()}.find("sec") == std::string::npos);
        CHECK_FALSE(error.remedy().empty());

        Environment const environment{{{"HTTPS_PROXY", url}}};
        CHECK(std::string{refused({}).what()}.starts_with("$HTTPS_PROXY "));
    }
}

TEST_CASE("a password in http.proxy, a colon in the user's name and a password that cannot be read are refused")
{
    Environment const environment;
    CHECK(std::string{refused(with_url("http://user:secret@proxy.example:3128")).what()} ==
          "http.proxy has a user name or password in it");

    auto settings = with_url("http://proxy.example:3128");
    settings.user = "secret:user";
    CHECK(std::string{refused(settings).what()} == "http.proxy has a user name with a colon in it");

    settings.user = "user";
    settings.password = {SecretSource::Kind::file, "/nonexistent/password"};
    CHECK(std::string{refused(settings).what()}.starts_with("http.proxy_password: cannot open /nonexistent/password"));
}

TEST_CASE("no copy of a proxy's password is left in freed memory")
{
    static constexpr std::string_view mark = "a password that nobody else may know";
    TempDir const directory;
    write_file(directory.path() / "password", mark, std::filesystem::perms{0600});
    Environment const environment{
        {{"HTTPS_PROXY", "http://user:a%20password%20that%20nobody%20else%20may%20know@proxy.example"}}};
    ProxySettings configured;
    configured.user = "user";
    configured.password = {SecretSource::Kind::file, (directory.path() / "password").string()};
    FreedMemory const freed{mark};
    CHECK(chosen(configured) == "proxy.example:80");
    CHECK(chosen({}) == "proxy.example:80");
    CHECK(freed.found() == 0);
}

} // namespace
} // namespace usaged::test
