#include "daemon/fault/error.h"
#include "daemon/poll/next_page.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

std::string next_of(std::string const& uri, std::string_view base_url = "https://api.example")
{
    std::string const path = "/v1/analytics/licenses/usage";
    return next_page_url(base_url, *find_dataset("partner_licenses_usage"), path, std::string{base_url} + path,
                         NextPage{uri, {}});
}

std::string const commercial_path = "/partner/v1/analytics/commercial/usage/license";

/// The page after the one at `base_url` and `page`.
std::string next_commercial(std::string const& uri, std::string const& base_url = "https://api.example",
                            std::string const& page = commercial_path + "?top=10000&skip=0")
{
    return next_page_url(base_url, *find_dataset("licenses_usage"), commercial_path, base_url + page,
                         NextPage{uri, {}});
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
        {"/v1/Analytics/LICENSES/usage?Page=2", "https://api.example/v1/Analytics/LICENSES/usage?Page=2"},
        {"/V1/analytics/licenses/usage", "https://api.example/V1/analytics/licenses/usage"},
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

TEST_CASE("a link of a commercial dataset is resolved against the page that it stands on")
{
    struct Case {
        std::string uri;
        std::string url;
    };
    std::string const here = "https://api.example" + commercial_path;
    Case const cases[] = {
        {here + "?skip=2", here + "?skip=2"},
        {commercial_path + "?skip=2", here + "?skip=2"},
        {"?skip=2&top=1#part", here + "?skip=2&top=1"},
        {"license?skip=2", here + "?skip=2"},
        {"./license/2", here + "/2"},
        {"../usage/license?a=%20b", here + "?a=%20b"},
        {"/Partner/v1/analytics/commercial/usage/License",
         "https://api.example/Partner/v1/analytics/commercial/usage/License"},
        {"//api.example" + commercial_path, here},
        {"/v1/analytics/commercial/usage/license/?skip=2",
         "https://api.example/v1/analytics/commercial/usage/license/?skip=2"},
    };
    for (auto const& each : cases) {
        CAPTURE(each.uri);
        CHECK(next_commercial(each.uri) == each.url);
    }
}

TEST_CASE("a base URL may have a path, which the links of a commercial dataset have too")
{
    std::string const base = "https://127.0.0.1:8443/proxy";
    CHECK(next_commercial("?skip=2", base) == base + commercial_path + "?skip=2");
    CHECK(next_commercial("/proxy" + commercial_path, base) == base + commercial_path);
    CHECK_THROWS_AS(next_commercial(commercial_path, base), Error);
    CHECK_THROWS_AS(next_commercial("../../../../../../../customers", base), Error);
}

TEST_CASE("a link of a commercial dataset goes nowhere but to the dataset on the configured origin")
{
    for (std::string const& uri :
         {"https://evil.example" + commercial_path, "//evil.example" + commercial_path,
          "http://api.example" + commercial_path, "https://api.example:8443" + commercial_path,
          "https://user@api.example" + commercial_path, std::string{"/customers"}, std::string{"deployment"},
          std::string{"../../deployment/license"}, std::string{"/partner/v1/analytics/commercial/usage/licenses"},
          std::string{"/v2/analytics/commercial/usage/license"}, std::string{"license/%2e%2e/%2e%2e/"},
          std::string{"?a b"}, std::string{"https:"}, std::string{"mailto:a@b.example"}}) {
        CAPTURE(uri);
        try {
            auto const url = next_commercial(uri);
            FAIL_CHECK(url);
        } catch (Error const& error) {
            CHECK(error.category() == ErrorCategory::data);
            CHECK(std::string{error.what()}.starts_with("@nextLink "));
        }
    }
}

TEST_CASE("a page is entered once, with each continuation token")
{
    PageTrail trail;
    trail.enter("https://api.example/a", "");
    trail.enter("https://api.example/a", "t1");
    trail.enter("https://api.example/b", "t1");
    CHECK_THROWS_AS(trail.enter("https://api.example/a", "t1"), Error);
}

TEST_CASE("a trail of pages has an end")
{
    PageTrail trail;
    int number = 0;
    auto const go_on = [&] {
        for (;;) trail.enter(std::to_string(++number), "");
    };
    CHECK_THROWS_AS(go_on(), Error);
    CHECK(number == 10001);
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
