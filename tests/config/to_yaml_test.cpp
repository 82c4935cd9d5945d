#include "tests/config/configuration.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

TEST_CASE("what is shown of a configuration is read to the same configuration")
{
    std::string const everything =
        "partner_center:\n"
        "  {cloud: china, base_url: 'https://localhost', tenant: contoso.nl, locale: nl,\n"
        "   audience: 'https://audience', token_endpoint: v1,\n"
        "   client_id: 11111111-2222-3333-4444-555555555555, certificate: {file: '/a: \"b\" # c', key: {env: KEY}},\n"
        "   refresh_token: {credential: 'null'}}\n"
        "datasets: [{name: partner_licenses_usage, schedule: {jitter: 0s}},\n"
        "  {name: licenses_usage, filter: \"channel eq '# a: b'\", groupby: [channel, productId],\n"
        "   path: /v1/analytics/commercial/usage/license}]\n"
        "schedule: {at: ['06:30', '18:00'], timezone: Europe/Amsterdam}\n"
        "retry: {attempts: 1, initial: 2ms, max: 3s, max_retry_after: 0s, failed_poll: {initial: 7ms, max: 8h}}\n"
        "http: {connect_timeout: 1500ms, response_timeout: 1h, max_body: 65KiB, ca_file: '/x y',\n"
        "       crl_file: /crl, proxy: 'http://proxy:3128', proxy_user: 'yes', proxy_password: {file: /password}}\n"
        "storage: {sqlite: {path: /db}, raw_payloads: {keep: 0d}, call_log: {keep: 25h}}\n"
        "guards: {min_rows: 0, max_shrink: 57%, frozen_after: 30d, total_count: warn, on_bad_row: quarantine}\n"
        "state_dir: /état\n"
        "log: {level: trace, format: json}\n"
        "metrics: {listen: '[::1]:9816', allow_remote: true, hosts: [A.example, b]}\n";
    auto const shown = to_yaml(load(everything));
    CHECK(to_yaml(load(shown)) == shown);
    for (auto const& value : {"china",      "https://localhost",
                              "[::1]:9816", "hosts: [a.example, b]",
                              "contoso.nl", "nl",
                              "/a:",        "null",
                              "06:30",      "18:00",
                              "0d",         "Europe/Amsterdam",
                              "2ms",        "3s",
                              "7ms",        "8h",
                              "1500ms",     "1h",
                              "65KiB",      "/x y",
                              "/db",        "25h",
                              "57%",        "30d",
                              "warn",       "quarantine",
                              "/état",      "trace",
                              "v1",         "https://audience",
                              "KEY",        "http://proxy:3128",
                              "/crl",       "/password",
                              "json",       "channel eq '# a: b'",
                              "productId",  "path: /v1/analytics/commercial/usage/license"}) {
        CAPTURE(value);
        CHECK(shown.find(value) != std::string::npos);
    }
}

TEST_CASE("the configuration in force is shown with its defaults")
{
    EnvironmentVariable const unset{"STATE_DIRECTORY", std::nullopt};
    CHECK(to_yaml(load(required)) == R"(partner_center:
  cloud: global
  base_url: https://api.partnercenter.microsoft.com
  authority: https://login.microsoftonline.com
  audience: https://api.partnercenter.microsoft.com
  token_endpoint: v2
  tenant: contoso.onmicrosoft.com
  client_id: 11111111-2222-3333-4444-555555555555
  locale: en-US
datasets:
  - name: partner_licenses_usage
    schedule:
      every: 1d
      timezone: UTC
      jitter: 15m
retry:
  attempts: 5
  initial: 1s
  max: 1m
  max_retry_after: 15m
  failed_poll:
    initial: 5m
    max: 2h
http:
  connect_timeout: 10s
  response_timeout: 1m
  max_body: 64MiB
  ca_file: /etc/ssl/certs/ca-certificates.crt
storage:
  sqlite:
    path: /var/lib/usaged/usage.db
  raw_payloads:
    keep: 90d
  call_log:
    keep: 90d
guards:
  min_rows: 1
  max_shrink: 50%
  frozen_after: 14d
  total_count: refuse
  on_bad_row: refuse
state_dir: /var/lib/usaged
log:
  level: info
  format: auto
metrics:
  allow_remote: false
)");
}

TEST_CASE("of a heartbeat URL only the host is shown")
{
    auto const shown = to_yaml(load(required + "heartbeat_url: 'https://hc.example:8443/hunter2?hunter2'"));
    CHECK(shown.find("heartbeat_url: https://hc.example:8443/***\n") != std::string::npos);
    CHECK(shown.find("hunter2") == std::string::npos);
    CHECK(to_yaml(load(shown)) == shown);
}

TEST_CASE("a credential is shown as its source")
{
    auto const shown = to_yaml(load(required.substr(0, required.size() - 2) + ", client_secret: {env: SECRET}}"));
    CHECK(shown.find("client_secret: {env: SECRET}\n") != std::string::npos);
}

} // namespace
} // namespace usaged::test
