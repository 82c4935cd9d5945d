#include "daemon/fault/error.h"
#include "daemon/poll/next_page.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string next_of(std::string const& uri, std::string_view base_url = "https://api.example")
{
    return next_page_url(base_url, *find_dataset("partner_licenses_usage"), NextPage{uri, {}});
}

} // namespace

TEST_CASE("the next page is on the configured origin, with the prefix that links leave out")
{
    struct Case {
        std::string_view uri;
        std::string_view url;
    };
    static constexpr Case cases[] = {
        {"/analytics/licenses/usage?page=2", "https://api.example/v1/analytics/licenses/usage?page=2"},
        {"/v1/analytics/licenses/usage?page=2", "https://api.example/v1/analytics/licenses/usage?page=2"},
        {"/analytics/licenses/usage", "https://api.example/v1/analytics/licenses/usage"},
        {"/analytics/licenses/usage/2", "https://api.example/v1/analytics/licenses/usage/2"},
        {"https://api.example/v1/analytics/licenses/usage?page=2",
         "https://api.example/v1/analytics/licenses/usage?page=2"},
        {"HTTPS://API.Example/v1/analytics/licenses/usage", "https://api.example/v1/analytics/licenses/usage"},
        {"https://api.example:443/v1/analytics/licenses/usage", "https://api.example:443/v1/analytics/licenses/usage"},
        {"/analytics/licenses/usage?a=b%20c&d=%7e%2E#part",
         "https://api.example/v1/analytics/licenses/usage?a=b%20c&d=%7e%2E"},
        {"/v1/analytics/./x/../licenses/usage", "https://api.example/v1/analytics/licenses/usage"},
        {"/v1/analytics/licenses/us%61ge", "https://api.example/v1/analytics/licenses/usage"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.uri);
        CHECK(next_of(std::string{each.uri}) == each.url);
    }
}

TEST_CASE("a base URL keeps its port and may be written in any case")
{
    CHECK(next_of("/analytics/licenses/usage", "https://127.0.0.1:8443") ==
          "https://127.0.0.1:8443/v1/analytics/licenses/usage");
    CHECK(next_of("https://[::1]:8443/v1/analytics/licenses/usage", "https://[::1]:8443") ==
          "https://[::1]:8443/v1/analytics/licenses/usage");
    CHECK(next_of("https://api.example:443/v1/analytics/licenses/usage", "https://API.example")
              .starts_with("https://api.example"));
    CHECK_THROWS_AS(next_of("https://127.0.0.1/v1/analytics/licenses/usage", "https://127.0.0.1:8443"), Error);
}

TEST_CASE("the bearer token goes nowhere but to the dataset on the configured origin")
{
    static constexpr std::string_view refused[] = {
        "https://evil.example/v1/analytics/licenses/usage",
        "https://api.example.evil.example/v1/analytics/licenses/usage",
        "https://sub.api.example/v1/analytics/licenses/usage",
        "https://api.example./v1/analytics/licenses/usage",
        "//evil.example/v1/analytics/licenses/usage",
        "http://api.example/v1/analytics/licenses/usage",
        "ftp://api.example/v1/analytics/licenses/usage",
        "https://api.example:8443/v1/analytics/licenses/usage",
        "https://api.example:80/v1/analytics/licenses/usage",
        "https://user@api.example/v1/analytics/licenses/usage",
        "https://user:password@api.example/v1/analytics/licenses/usage",
        "https://api.example@evil.example/v1/analytics/licenses/usage",
        "https://evil.example\\@api.example/v1/analytics/licenses/usage",
        "https:/v1/analytics/licenses/usage",
        "https://api.example",
        "https://api.example/",
        "https://api.example/analytics/licenses/usage",
        "/",
        "/v1",
        "/customers",
        "/v1/customers",
        "/v2/analytics/licenses/usage",
        "/v1/analytics/licenses/usages",
        "/v1/analytics/licenses/deployment",
        "/v1/ANALYTICS/licenses/usage",
        "/v1/analytics/licenses/usage/../../customers",
        "/v1/analytics/licenses/usage/%2e%2e/%2E%2E/customers",
        "/analytics/licenses/usage/../deployment",
        "/../v1/customers",
        "analytics/licenses/usage",
        "?page=2",
        "#part",
        "",
        " ",
        "/analytics/licenses/usage?a b",
        "/analytics/licenses/usage\r\nHost: evil.example",
        "/analytics/licenses/usage?%zz",
        "javascript:alert(1)",
        "file:///v1/analytics/licenses/usage",
    };
    for (auto const uri : refused) {
        CAPTURE(uri);
        try {
            auto const url = next_of(std::string{uri});
            FAIL_CHECK(url);
        } catch (Error const& error) {
            CHECK(error.category() == ErrorCategory::data);
            CHECK(std::string{error.what()}.starts_with("links.next.uri "));
        }
    }
}

} // namespace usaged::test
