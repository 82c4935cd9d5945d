#include "tests/config/configuration.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

namespace usaged::test {
namespace {

struct Case {
    std::string text;
    std::string complaint;
};

TEST_CASE("all complaints come at once, in the order of the file, each with its place")
{
    CHECK(complaints_about("log: {levl: info}\n"
                           "partner_center:\n"
                           "  client_id: 42\n"
                           "retry: {attempts: 0}\n") ==
          "usaged.yaml:1:7: log.levl: is no key (did you mean level?)\n"
          "usaged.yaml:3:3: partner_center.tenant: is missing and has no default\n"
          "usaged.yaml:3:14: partner_center.client_id: must be a GUID such as 11111111-2222-3333-4444-555555555555\n"
          "usaged.yaml:4:19: retry.attempts: must be between 1 and 20");
}

TEST_CASE("a file without partner_center lacks what is required of it")
{
    CHECK(complaints_about("log: {level: info}") ==
          "usaged.yaml:1:1: partner_center.tenant: is missing and has no default\n"
          "usaged.yaml:1:1: partner_center.client_id: is missing and has no default");
}

TEST_CASE("keys that are unknown, repeated or without a value are refused")
{
    for (auto const& each : {
             Case{"shedule: {every: 1h}", "2:1: shedule: is no key (did you mean schedule?)"},
             Case{"log: {color: true}", "2:7: log.color: is no key here; there are level or format"},
             Case{"log: {level: info, level: warn}", "2:20: log: has a key twice: level"},
             Case{"log: {level: info}\nlog: {level: warn}", "3:1: has a key twice: log"},
             Case{"log:", "2:1: log: has no value; leave the key out to get its default"},
             Case{"log: {level: ~}", "2:7: log.level: has no value; leave the key out to get its default"},
             Case{"log: {[a]: b}", "2:6: log: has a key that is not a text"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(required + each.text) == "usaged.yaml:" + each.complaint);
    }
}

TEST_CASE("values of a wrong type are refused")
{
    for (auto const& each : {
             Case{"log: info", "2:6: log: must be a mapping of keys to values"},
             Case{"log: [info]", "2:6: log: must be a mapping of keys to values"},
             Case{"log: {level: [info]}", "2:14: log.level: must be a single value"},
             Case{"log: {level: !env LEVEL}", "2:14: log.level: must not have a tag"},
             Case{"retry: {attempts: '5'}", "2:19: retry.attempts: must be a whole number"},
             Case{"datasets: partner_licenses_usage", "2:11: datasets: must be a list of at least one value"},
             Case{"datasets: []", "2:11: datasets: must be a list of at least one value"},
             Case{"datasets: [~]", "2:11: datasets[0]: has no value"},
             Case{"schedule: {at: '06:30'}", "2:16: schedule.at: must be a list of at least one value"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(required + each.text) == "usaged.yaml:" + each.complaint);
    }
}

TEST_CASE("what is no number, duration, size, percentage or time of day is refused")
{
    auto const every = [](std::string const& value) { return "schedule: {every: " + value + "}"; };
    auto const max_body = [](std::string const& value) { return "http: {max_body: " + value + "}"; };
    for (auto const& text : {std::string{"retry: {attempts: 010}"},
                             std::string{"retry: {attempts: 0x5}"},
                             std::string{"retry: {attempts: 5.0}"},
                             std::string{"retry: {attempts: +5}"},
                             std::string{"guards: {min_rows: -1}"},
                             std::string{"guards: {min_rows: 99999999999999999999}"},
                             every("24"),
                             every("24 h"),
                             every("1h30m"),
                             every("-1h"),
                             every("1.5h"),
                             every("1H"),
                             every("''"),
                             every("h"),
                             every("99999999999999999999d"),
                             every("9999999999999999d"),
                             max_body("64"),
                             max_body("64MB"),
                             max_body("64mib"),
                             max_body("9999999999999999999GiB"),
                             std::string{"guards: {max_shrink: 50}"},
                             std::string{"guards: {max_shrink: 0.5}"},
                             std::string{"guards: {max_shrink: '%'}"},
                             std::string{"guards: {max_shrink: 050%}"},
                             std::string{"schedule: {at: ['24:00']}"},
                             std::string{"schedule: {at: ['06:60']}"},
                             std::string{"schedule: {at: ['6:30']}"},
                             std::string{"schedule: {at: ['06:30', '06:30']}"},
                             std::string{"schedule: {at: [[]]}"}}) {
        CAPTURE(text);
        CHECK(complaints_about(required + text) != "");
    }
}

TEST_CASE("texts that cannot be what their key asks for are refused")
{
    for (auto const& text :
         {"schedule: {timezone: Europe/Amsterdamn}", "schedule: {timezone: ''}", "state_dir: usaged", "state_dir: ''",
          "storage: {sqlite: {path: usage.db}}", "http: {ca_file: ca.pem}", "http: {ca_file: \"/ca\\0.pem\"}"}) {
        CAPTURE(text);
        CHECK(complaints_about(required + text) != "");
    }
    for (auto const& text :
         {"tenant: common", "tenant: contoso..nl", "tenant: contoso.nl/x", "tenant: -a.nl", "tenant: ''",
          "client_id: 1111111g-2222-3333-4444-555555555555", "client_id: '{11111111-2222-3333-4444-555555555555}'",
          "locale: english", "locale: en_US", "locale: \"en\\r\\nX: y\"", "locale: en-", "cloud: germany"}) {
        CAPTURE(text);
        CHECK(complaints_about(std::string{"partner_center: {"} + text + "}").find("must be") != std::string::npos);
    }
}

TEST_CASE("a URL that is not plain https is refused and not shown")
{
    for (auto const& url : {"http://pc.example", "pc.example", "https://", "https://user:hunter2@pc.example",
                            "https://pc.example/?sig=hunter2", "https://pc.example/#hunter2", "https://pc.example:0",
                            "https://pc.example:65536", "https://pc example", "https:///path",
                            "https://127.0.0.1.example", "https://[::1"}) {
        CAPTURE(url);
        CHECK(complaints_about("partner_center: {tenant: contoso.nl, client_id: 11111111-2222-3333-4444-555555555555, "
                               "\n authority: \"" +
                               std::string{url} + "\"}") ==
              "usaged.yaml:2:13: partner_center.authority: must be https://HOST, without user, query and fragment");
    }
}

TEST_CASE("an unknown word comes with those that are known, and the nearest of them")
{
    CHECK(complaints_about(required + "log: {format: jurnal}") ==
          "usaged.yaml:2:15: log.format: must be auto, text, json or journal (did you mean journal?)");
    CHECK(complaints_about(required + "guards: {total_count: ignore}") ==
          "usaged.yaml:2:23: guards.total_count: must be refuse or warn");
}

TEST_CASE("datasets that do not exist or are listed twice are refused")
{
    for (auto const& each : {
             Case{"[partner_license_usage]",
                  "12: datasets[0]: must be partner_licenses_usage, partner_licenses_deployment, "
                  "customer_licenses_usage, customer_licenses_deployment, licenses_usage or licenses_deployment (did "
                  "you mean partner_licenses_usage?)"},
             Case{"[licenses_usage, {name: licenses_usage}]", "28: datasets[1]: is in the list already"},
             Case{"[{schedule: {every: 1h}}]", "12: datasets[0].name: is missing and has no default"},
             Case{"[{name: partner_licenses_usage, schedule: {evry: 1h}}]",
                  "54: datasets[0].schedule.evry: is no key (did you mean every?)"},
             Case{"[{name: licenses_usage, groupBy: [channel]}]",
                  "35: datasets[0].groupBy: is no key (did you mean groupby?)"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(required + "datasets: " + each.text) == "usaged.yaml:2:" + each.complaint);
    }
}

TEST_CASE("only the datasets whose endpoints take parameters may have a path, a filter or a groupby")
{
    for (auto const& name : {"partner_licenses_usage", "partner_licenses_deployment", "customer_licenses_usage",
                             "customer_licenses_deployment"})
        for (auto const& setting :
             {"path: /v1/analytics/commercial/usage/license", "filter: \"a eq 'b'\"", "groupby: [channel]"}) {
            CAPTURE(name);
            CAPTURE(setting);
            CHECK(complaints_about(required + "datasets: [{name: " + name + ", " + setting + "}]")
                      .find(": is nothing that this dataset takes; licenses_usage and licenses_deployment do") !=
                  std::string::npos);
        }
}

TEST_CASE("a path, a filter or a groupby that the endpoint does not have is refused")
{
    for (auto const& each : {
             Case{"path: /v1/analytics/commercial/usage/licence",
                  "46: datasets[0].path: must be /partner/v1/analytics/commercial/deployment/license or "
                  "/v1/analytics/commercial/deployment/license (did you mean "
                  "/v1/analytics/commercial/deployment/license?)"},
             Case{"filter: ''", "48: datasets[0].filter: must be 1 to 4096 bytes without control characters"},
             Case{"filter: \"a\\nb\"", "48: datasets[0].filter: must be 1 to 4096 bytes without control characters"},
             Case{"filter: " + std::string(4097, 'a'),
                  "48: datasets[0].filter: must be 1 to 4096 bytes without control characters"},
             Case{"groupby: channel", "49: datasets[0].groupby: must be a list of at least one value"},
             Case{"groupby: []", "49: datasets[0].groupby: must be a list of at least one value"},
             Case{"groupby: [channel, channel]", "59: datasets[0].groupby[1]: is in the list already"},
             Case{"groupby: [licensesSold]",
                  "50: datasets[0].groupby[0]: must be serviceCode, channel, customerTenantId, productId, serviceName, "
                  "customerName or productName"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(required + "datasets: [{name: licenses_deployment, " + each.text + "}]") ==
              "usaged.yaml:2:" + each.complaint);
    }
}

TEST_CASE("rows are grouped by a name only together with what it is the name of")
{
    for (auto const& each : {Case{"serviceName", "serviceCode"}, Case{"customerName", "customerTenantId"},
                             Case{"productName", "productId"}, Case{"workloadName", "workloadCode"}}) {
        CAPTURE(each.text);
        auto const with = [&](std::string const& list) {
            return complaints_about(required + "datasets: [{name: licenses_usage, groupby: [" + list + "]}]");
        };
        CHECK(with("channel, " + each.text) == "usaged.yaml:2:54: datasets[0].groupby[1]: needs " + each.complaint +
                                                   " in the list too, which it is the name of");
        CHECK(with(each.text + ", " + each.complaint).empty());
    }
}

TEST_CASE("a field that is nearly one to group by comes with the right one")
{
    for (auto const& each : {Case{"customerTenantID", "customerTenantId"}, Case{"workload_code", "workloadCode"}}) {
        CAPTURE(each.text);
        CHECK(complaints_about(required + "datasets: [{name: licenses_usage, groupby: [" + each.text + "]}]")
                  .ends_with(" (did you mean " + each.complaint + "?)"));
    }
}

TEST_CASE("a heartbeat URL that is not https is refused and not shown")
{
    for (auto const& url : {"http://hc.example/hunter2", "hc.example/hunter2", "https://me:hunter2@hc.example/",
                            "https://hc.example/#hunter2", "https://hc.example:0/hunter2", "https:///hunter2", "''"}) {
        CAPTURE(url);
        CHECK(complaints_about(required + "heartbeat_url: " + url) ==
              "usaged.yaml:2:16: heartbeat_url: must be https://HOST/PATH, without user and fragment");
    }
}

TEST_CASE("settings that this version cannot honour are refused, never ignored")
{
    CHECK(complaints_about(required + "storage: {postgresql: {conninfo: x}}") ==
          "usaged.yaml:2:11: storage.postgresql: is not supported by this version");
}

TEST_CASE("metrics are listened for at an address with a port")
{
    for (auto const& address :
         {"9815", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1:09815", "::1:9815", "'[127.0.0.1]:9815'",
          "'[::1]'", "'[::1]:'", "metrics.example:9815", "':9815'", "'*:9815'", "127.0.0.1:98a", "127.1:9815", "''"}) {
        CAPTURE(address);
        CHECK(complaints_about(required + "metrics: {listen: " + address + "}") ==
              "usaged.yaml:2:19: metrics.listen: must be ADDRESS:PORT, such as 127.0.0.1:9815, [::1]:9815 or "
              "localhost:9815");
    }
    for (auto const& address : {"127.0.0.1:9815", "127.8.8.8:1", "'[::1]:65535'", "localhost:9815"}) {
        CAPTURE(address);
        CHECK(complaints_about(required + "metrics: {listen: " + address + "}") == "");
    }
}

TEST_CASE("metrics that others reach need a word that this is meant")
{
    for (std::string const address : {"0.0.0.0:9815", "'[::]:9815'", "192.0.2.1:9815", "'[::ffff:127.0.0.1]:9815'"}) {
        CAPTURE(address);
        auto const complaint = complaints_about(required + "metrics: {listen: " + address + "}");
        CHECK(complaint.starts_with("usaged.yaml:2:19: metrics.listen: is an address that others reach: say "
                                    "`allow_remote: true`"));
        CHECK(complaints_about(required + "metrics: {listen: " + address + ", allow_remote: true}") == "");
    }
    CHECK(complaints_about(required + "metrics: {allow_remote: 'true'}") ==
          "usaged.yaml:2:25: metrics.allow_remote: must be true or false");
    CHECK(complaints_about(required + "metrics: {hosts: [usaged.example, 'usaged:9815']}") ==
          "usaged.yaml:2:35: metrics.hosts[1]: must be a host name without a port");
}

TEST_CASE("settings that contradict each other are refused")
{
    for (auto const& each : {
             Case{"schedule: {every: 1h, at: ['06:30']}", "2:27: schedule.at: excludes `every`: give one of the two"},
             Case{"retry: {initial: 2m}", "2:18: retry.initial: must not be more than `max`, 1m"},
             Case{"retry: {initial: 2s, max: 1s}", "2:27: retry.max: must not be less than `initial`, 2s"},
             Case{"retry: {failed_poll: {max: 1m}}",
                  "2:28: retry.failed_poll.max: must not be less than `initial`, 5m"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(required + each.text) == "usaged.yaml:" + each.complaint);
    }
}

TEST_CASE("a certificate needs its file and excludes a client secret")
{
    auto const center = required.substr(0, required.size() - 2) + ",\n ";
    for (auto const& each : {
             Case{"certificate: /a.pem", "15: partner_center.certificate: must be a mapping of keys to values"},
             Case{"certificate: {}", "15: partner_center.certificate.file: is missing and has no default"},
             Case{"certificate: {file: a.pem}", "22: partner_center.certificate.file: must be an absolute path"},
             Case{"certificate: {file: /a, keys: b}",
                  "26: partner_center.certificate.keys: is no key (did you mean key?)"},
             Case{"certificate: {file: /a}, client_secret: {env: A}",
                  "15: partner_center.certificate: excludes `client_secret`: give one of the two"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(center + each.text + "}") == "usaged.yaml:2:" + each.complaint);
    }
}

TEST_CASE("a proxy that is not http://HOST:PORT or direct is refused and not shown")
{
    for (auto const& url :
         {"http://proxy.example", "https://proxy.example:3128", "proxy.example:3128", "http://hunter2:x@proxy:3128",
          "http://hunter2@proxy:3128", "http://proxy:3128/hunter2", "http://proxy:3128?hunter2", "http://proxy:3128/#a",
          "http://proxy:0", "http://proxy:65536", "http://:3128", "http://[::1", "Direct", "none", "''"}) {
        CAPTURE(url);
        CHECK(complaints_about(required + "http: {proxy: \"" + url + "\"}") ==
              "usaged.yaml:2:15: http.proxy: must be http://HOST:PORT or direct; a user name and password belong in "
              "proxy_user and proxy_password");
    }
}

TEST_CASE("user and password of a proxy need each other, and a proxy in the file")
{
    std::string const password = "proxy_password: {env: P}";
    std::string const proxy = "proxy: http://proxy:3128";
    for (auto const& each : {
             Case{"proxy_user: me, " + proxy, "20: http.proxy_user: needs `proxy_password`"},
             Case{password + ", " + proxy, "24: http.proxy_password: needs `proxy_user`"},
             Case{"proxy_user: me, " + password, "20: http.proxy_user: needs a `proxy`"},
             Case{"proxy_user: me, proxy: direct, " + password, "20: http.proxy_user: needs a `proxy`"},
             Case{"proxy_user: 'm:e', " + proxy + ", " + password,
                  "20: http.proxy_user: must be a user name without a colon"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(required + "http: {" + each.text + "}") == "usaged.yaml:2:" + each.complaint);
    }
}

TEST_CASE("a complaint about a secret says where to put it and never shows it")
{
    for (auto const& value : {"hunter2",
                              "[hunter2]",
                              "{hunter2: file}",
                              "{hunter2}",
                              "{file: hunter2}",
                              "{}",
                              "{env: hunter2~}",
                              "{credential: ../hunter2}",
                              "{file: /a, hunter2: b}",
                              "{file: [hunter2]}",
                              "!hunter2",
                              "!hunter2 x",
                              "*hunter2",
                              "&hunter2",
                              "x,hunter2",
                              "\"hunter2\\q\"",
                              "{[hunter2]: a}",
                              "a: hunter2",
                              "'hunter2",
                              "{hunter2",
                              "\"\\xhunter2\"",
                              "@hunter2"}) {
        CAPTURE(value);
        auto const complaints = complaints_about("partner_center: {tenant: contoso.nl, client_id: "
                                                 "11111111-2222-3333-4444-555555555555, client_secret: " +
                                                 std::string{value} + "}");
        CHECK(complaints != "");
        CHECK(complaints.find("hunter2") == std::string::npos);
    }
    CHECK(complaints_about(required.substr(0, required.size() - 2) + ",\n client_secret: hunter2}") ==
          "usaged.yaml:2:17: partner_center.client_secret: must be one of {file: PATH}, {credential: NAME} and "
          "{env: NAME}, never the secret itself");
}

TEST_CASE("a file that is not one YAML mapping is refused")
{
    for (auto const& each : {
             Case{"", "1:1: the file holds no settings"},
             Case{"# nothing\n", "1:1: the file holds no settings"},
             Case{"a: [b\nc: d\n", "2:2: malformed YAML: end of sequence flow not found"},
             Case{"- a\n", "1:1: must be a mapping of keys to values"},
             Case{"a: b\n---\nc: d\n", "2:1: the document ends before this, and there must be one only"},
             Case{",a: b\n", "1:1: the document ends before this, and there must be one only"},
             Case{"{a: b}\n}", "2:1: malformed YAML: illegal flow end"},
         }) {
        CAPTURE(each.text);
        CHECK(complaints_about(each.text) == "usaged.yaml:" + each.complaint);
    }
}

TEST_CASE("a section that is no mapping is complained of where it stands")
{
    CHECK(complaints_about("partner_center: 5\n").find("usaged.yaml:1:17: partner_center: must be a mapping") == 0);
    CHECK(complaints_about("partner_center:\n") != "");
}

TEST_CASE("deep nesting and huge files are refused without a crash")
{
    CHECK(complaints_about(std::string(100'000, '[')) != "");
    CHECK(complaints_about(std::string(2 << 20, '#')) == "usaged.yaml: is larger than 1 MiB");
}

TEST_CASE("a file that cannot be read is named, with the option that chooses another")
{
    TempDir const dir;
    for (auto const& file : {dir.path() / "absent.yaml", dir.path()}) {
        CAPTURE(file);
        try {
            load_config(file);
            FAIL("loaded");
        } catch (Error const& error) {
            CHECK(error.category() == ErrorCategory::config);
            CHECK(std::string{error.what()}.starts_with(file.string() + ": cannot be read: "));
            CHECK(error.remedy().find("-c") != std::string::npos);
        }
    }
}

} // namespace
} // namespace usaged::test
