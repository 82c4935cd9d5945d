#include "tests/config/configuration.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

TEST_CASE("a file with the required settings alone gets the defaults of the manual")
{
    EnvironmentVariable const unset{"STATE_DIRECTORY", std::nullopt};
    auto const config = load(required);

    CHECK(config.partner_center.base_url == "https://api.partnercenter.microsoft.com");
    CHECK(config.partner_center.authority == "https://login.microsoftonline.com");
    CHECK_FALSE(config.partner_center.client_secret.configured());
    REQUIRE(config.datasets.size() == 1);
    CHECK(config.datasets[0].dataset->name == "partner_licenses_usage");
    CHECK(config.datasets[0].schedule.every == 24h);
    CHECK(config.datasets[0].schedule.failed_max == 2h);
    CHECK(config.retry.attempts == 5);
    CHECK(config.http.max_body == 64u << 20u);
    CHECK(config.storage.sqlite_path == "/var/lib/usaged/usage.db");
    CHECK(config.guards.max_shrink == 0.5);
    CHECK_FALSE(config.guards.rules.quarantine_bad_rows);
    CHECK(config.state_dir == "/var/lib/usaged");
    CHECK(config.log.format == LogFormat::automatic);
}

TEST_CASE("a configuration written as JSON works")
{
    auto const config = load("{\n\t\"partner_center\": {\n\t\t\"tenant\": \"contoso.onmicrosoft.com\",\n"
                             "\t\t\"client_id\": \"11111111-2222-3333-4444-555555555555\",\n"
                             "\t\t\"client_secret\": {\"file\": \"\\/etc\\/usaged\\/secret\"}\n\t},\n"
                             "\t\"schedule\": {\"at\": [\"06:30\"]},\n\t\"retry\": {\"attempts\": 7}\n}\n");
    CHECK(config.partner_center.client_secret.name == "/etc/usaged/secret");
    CHECK(config.datasets[0].schedule.at == std::vector<std::chrono::minutes>{390min});
    CHECK(config.retry.attempts == 7);
}

TEST_CASE("a cloud stands for its addresses, which single settings override")
{
    std::string const ids = "tenant: contoso.cn, client_id: 11111111-2222-3333-4444-555555555555";
    auto const china = load("partner_center: {cloud: china, " + ids + "}").partner_center;
    CHECK(china.base_url == "https://partner.partnercenterapi.microsoftonline.cn");
    CHECK(china.authority == "https://login.partner.microsoftonline.cn");
    CHECK(china.audience == china.base_url);

    auto const us = load("partner_center: {cloud: us_government, " + ids + "}").partner_center;
    CHECK(us.base_url == "https://api.partnercenter.microsoft.com");
    CHECK(us.authority == "https://login.microsoftonline.us");
    CHECK(us.audience == us.base_url);

    auto const mixed = load("partner_center: {cloud: china, base_url: 'https://localhost:1', " + ids + "}");
    CHECK(mixed.partner_center.base_url == "https://localhost:1");
    CHECK(mixed.partner_center.authority == china.authority);
    CHECK(mixed.partner_center.audience == china.audience);
}

TEST_CASE("tokens are asked for in the way and for the API that the file names")
{
    auto const center = required.substr(0, required.size() - 2);
    CHECK(load(required).partner_center.token_endpoint == EndpointVersion::v2);
    auto const other = load(center + ", token_endpoint: v1, audience: 'https://API.example/'}").partner_center;
    CHECK(other.token_endpoint == EndpointVersion::v1);
    CHECK(other.audience == "https://api.example");
    CHECK(other.base_url == load(required).partner_center.base_url);
}

TEST_CASE("a certificate is read with its key, or without one")
{
    auto const certificate = [](std::string const& text) {
        auto const center = required.substr(0, required.size() - 2);
        return load(center + ", certificate: " + text + "}").partner_center.certificate;
    };
    CHECK(certificate("{file: /a.pem}") == CertificateSource{"/a.pem", {}});
    CHECK(certificate("{file: /a.pem, key: {credential: app_key}}") ==
          CertificateSource{"/a.pem", {SecretSource::Kind::credential, "app_key"}});
}

TEST_CASE("a proxy is read with its credentials")
{
    CHECK(load(required).http.proxy == ProxySettings{});
    CHECK(load(required + "http: {proxy: direct}").http.proxy.url == "direct");
    CHECK(load(required + "http: {proxy: 'http://[::1]:3128/'}").http.proxy.url == "http://[::1]:3128");
    auto const http = load(required + "http: {proxy: 'http://Proxy:80', proxy_user: me, proxy_password: {env: P}, "
                                      "crl_file: /crl.pem}")
                          .http;
    CHECK(http.proxy == ProxySettings{"http://proxy:80", "me", {SecretSource::Kind::env, "P"}});
    CHECK(http.crl_file == "/crl.pem");
}

TEST_CASE("a URL loses the slashes at its end and gets its host in lower case")
{
    auto const config = load("partner_center: {base_url: 'https://API.example:8443/gateway//', tenant: contoso.nl, "
                             "client_id: 11111111-2222-3333-4444-555555555555}");
    CHECK(config.partner_center.base_url == "https://api.example:8443/gateway");
}

TEST_CASE("a secret has a source of one of three kinds")
{
    struct Case {
        std::string text;
        SecretSource::Kind kind;
        std::string name;
    };
    for (auto const& each : {Case{"{file: /a b}", SecretSource::Kind::file, "/a b"},
                             Case{"{credential: a.b}", SecretSource::Kind::credential, "a.b"},
                             Case{"{env: A_1}", SecretSource::Kind::env, "A_1"}}) {
        CAPTURE(each.text);
        auto const config = load(required.substr(0, required.size() - 2) + ", refresh_token: " + each.text + "}");
        CHECK(config.partner_center.refresh_token.kind == each.kind);
        CHECK(config.partner_center.refresh_token.name == each.name);
    }
}

TEST_CASE("values are read in every unit they may have")
{
    auto const config = load(required + "retry: {initial: 500ms, max: 90s, max_retry_after: 15m}\n"
                                        "http: {max_body: 65KiB}\n"
                                        "storage: {raw_payloads: {keep: 0d}, call_log: {keep: 36h}}\n"
                                        "guards: {max_shrink: 7%, min_rows: 0}\n");
    CHECK(config.retry.initial == 500ms);
    CHECK(config.retry.max == 90s);
    CHECK(config.retry.max_retry_after == 15min);
    CHECK(config.http.max_body == 65u * 1024u);
    CHECK(config.storage.keep_raw_payloads == 0s);
    CHECK(config.storage.keep_call_log == 36h);
    CHECK(config.guards.max_shrink == doctest::Approx(0.07));
    CHECK(config.guards.min_rows == 0);
}

TEST_CASE("times of day come sorted")
{
    auto const config = load(required + "schedule: {at: ['18:00', 06:30, '00:00'], timezone: Europe/Amsterdam}");
    CHECK(config.datasets[0].schedule.at == std::vector<std::chrono::minutes>{0min, 390min, 1080min});
    CHECK(config.datasets[0].schedule.timezone == "Europe/Amsterdam");
}

TEST_CASE("a dataset's schedule starts from the general one, and `at` and `every` replace each other")
{
    std::string const with_at = "schedule: {at: ['06:30'], timezone: Europe/Amsterdam, jitter: 1m}\n";
    auto const every =
        load(required + with_at + "datasets: [{name: partner_licenses_usage, schedule: {every: 2h}}]").datasets[0];
    CHECK(every.schedule.at.empty());
    CHECK(every.schedule.every == 2h);
    CHECK(every.schedule.jitter == 1min);

    auto const jitter =
        load(required + with_at + "datasets: [{name: partner_licenses_usage, schedule: {jitter: 0s}}]").datasets[0];
    CHECK(jitter.schedule.at.size() == 1);
    CHECK(jitter.schedule.jitter == 0s);

    auto const at = load(required + "schedule: {every: 3h}\n"
                                    "datasets: [{name: partner_licenses_usage, schedule: {at: ['07:00']}}]");
    CHECK(at.datasets[0].schedule.at == std::vector<std::chrono::minutes>{420min});
}

TEST_CASE("a dataset with a schedule of its own keeps the general waits after failed polls")
{
    auto const config = load(required + "datasets: [{name: partner_licenses_usage, schedule: {every: 2h}}]\n"
                                        "retry: {failed_poll: {initial: 2m, max: 3m}}\n");
    CHECK(config.datasets[0].schedule.failed_initial == 2min);
    CHECK(config.datasets[0].schedule.failed_max == 3min);
}

TEST_CASE("every dataset can be configured, each with what its endpoint takes")
{
    auto const config =
        load(required + "datasets: [partner_licenses_usage, partner_licenses_deployment, customer_licenses_usage,\n"
                        "  {name: customer_licenses_deployment, schedule: {every: 7d}},\n"
                        "  {name: licenses_usage, filter: \"customerName ne 'O''Neil & Söhne'\"},\n"
                        "  {name: licenses_deployment, groupby: [productName, productId],\n"
                        "   path: /v1/analytics/commercial/deployment/license}]");
    REQUIRE(config.datasets.size() == datasets().size());
    for (std::size_t i = 0; i < datasets().size(); ++i) CHECK(config.datasets[i].dataset == &datasets()[i]);
    for (std::size_t i = 0; i < 4; ++i) CHECK(config.datasets[i].query == DatasetQuery{});
    CHECK(config.datasets[3].schedule.every == 168h);
    CHECK(config.datasets[4].query == DatasetQuery{{}, "customerName ne 'O''Neil & Söhne'", {}});
    CHECK(config.datasets[5].query ==
          DatasetQuery{"/v1/analytics/commercial/deployment/license", {}, {"productName", "productId"}});
}

TEST_CASE("a heartbeat URL keeps its path and query")
{
    CHECK(load(required).heartbeat_url.empty());
    CHECK(load(required + "heartbeat_url: 'https://HC.example:8443/Ping/?a=B'").heartbeat_url ==
          "https://hc.example:8443/Ping/?a=B");
}

TEST_CASE("polls may follow within milliseconds only when the service is on this computer")
{
    std::string const fast = "schedule: {every: 5ms, jitter: 0s}\nretry: {failed_poll: {initial: 1ms}}\n";
    CHECK(load(required_on_loopback + fast).datasets[0].schedule.every == 5ms);
    CHECK(complaints_about(required + fast) ==
          "usaged.yaml:2:19: schedule.every: must be at least 1m, unless the host of base_url is a loopback address\n"
          "usaged.yaml:3:32: retry.failed_poll.initial: must be at least 1s, unless the host of base_url is a loopback "
          "address");
}

TEST_CASE("only loopback addresses are this computer")
{
    struct Case {
        std::string host;
        bool loopback;
    };
    Case const cases[] = {{"localhost", true},         {"127.255.0.1:443", true},  {"[::1]:8443", true},
                          {"[0:0:0:0:0:0:0:1]", true}, {"128.0.0.1", false},       {"[::2]", false},
                          {"127.0.0.1.nl", false},     {"localhost.nl", false},    {"my-localhost", false},
                          {"[1::1]", false},           {"[::ffff:1.2.3.4]", false}};
    for (auto const& each : cases) {
        CAPTURE(each.host);
        auto const complaints = complaints_about("partner_center: {base_url: 'https://" + each.host +
                                                 "', tenant: contoso.nl, client_id: "
                                                 "11111111-2222-3333-4444-555555555555}\nschedule: {every: 1s}");
        CHECK(complaints.empty() == each.loopback);
    }
}

TEST_CASE("state goes where systemd says unless the file says so")
{
    EnvironmentVariable const state{"STATE_DIRECTORY", "/srv/first:/srv/second"};
    CHECK(load(required).state_dir == "/srv/first");
    CHECK(load(required).storage.sqlite_path == "/srv/first/usage.db");
    CHECK(load(required + "state_dir: /srv/mine").storage.sqlite_path == "/srv/mine/usage.db");
    CHECK(load(required + "state_dir: /srv/mine\nstorage: {sqlite: {path: /db}}").storage.sqlite_path == "/db");
}

TEST_CASE("an account with a configuration of its own has its state apart, as its unit does")
{
    for (auto const& each : std::vector<std::pair<std::string, std::string>>{
             {"/etc/usaged/usaged.yaml", "/var/lib/usaged"},
             {"/etc/usaged/contoso/usaged.yaml", "/var/lib/usaged/contoso"},
             {"/etc/usaged/./contoso/../fabrikam/usaged.yaml", "/var/lib/usaged/fabrikam"},
             {"/etc/usaged/a/b/usaged.yaml", "/var/lib/usaged"},
             {"/srv/etc/usaged/contoso/usaged.yaml", "/var/lib/usaged"},
             {"usaged.yaml", "/var/lib/usaged"}}) {
        CAPTURE(each.first);
        CHECK(default_state_dir(each.first) == each.second);
    }
}

TEST_CASE("a state directory of systemd that is not absolute is refused")
{
    EnvironmentVariable const state{"STATE_DIRECTORY", "here"};
    CHECK(complaints_about(required) == "usaged.yaml:1:1: state_dir: $STATE_DIRECTORY must be an absolute path");
}

} // namespace
} // namespace usaged::test
