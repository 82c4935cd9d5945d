#include "tests/process/installation.h"
#include "tests/process/words.h"
#include "tests/support/free_port.h"
#include "tests/support/tcp_client.h"

#include <doctest/doctest.h>
#include <simdjson.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <regex>
#include <sstream>
#include <sys/wait.h>
#include <unistd.h>

namespace usaged::test {
namespace {

std::string const folder = USAGED_SOURCE_DIR "/docs/monitoring";
std::string const rules_file = folder + "/prometheus-alerts.yml";
std::string const rules_test_file = folder + "/prometheus-alerts.test.yml";
std::string const manual_file = USAGED_SOURCE_DIR "/docs/monitoring.md";

bool const no_promtool = ::access("/usr/bin/promtool", X_OK) != 0;

/// `promtool check rules FILE`, and the like.
int promtool(std::string const& arguments)
{
    auto const status = std::system(("/usr/bin/promtool " + arguments + " >/dev/null").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

Words matches(std::string const& text, std::string const& expression)
{
    std::regex const regex{expression};
    Words found;
    for (std::sregex_iterator match{text.begin(), text.end(), regex}, end; match != end; ++match)
        found.insert(match->str(1));
    return found;
}

/// The metrics that the real daemon exposes.
Words exposed_metrics()
{
    auto const port = free_port();
    Installation const site{{{"metrics.listen", "127.0.0.1:" + std::to_string(port)}}};
    Daemon daemon{site};
    daemon.wait_until_idle();
    return matches(ask(port, "GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"), "# TYPE (\\w+) ");
}

/// The metrics that expressions ask for. A histogram is asked for by its parts.
Words metrics_in(std::string const& text)
{
    Words names;
    for (auto const& name : matches(text, "\\b((?:usaged|process)_[a-z_]+)\\b"))
        names.insert(std::regex_replace(name, std::regex{"_(bucket|sum|count)$"}, ""));
    return names;
}

void collect_expressions(simdjson::dom::element node, std::vector<std::string>& found)
{
    if (simdjson::dom::object object; node.get(object) == simdjson::SUCCESS) {
        for (auto const& field : object) {
            std::string_view text;
            if (field.key == "expr" && field.value.get(text) == simdjson::SUCCESS) found.emplace_back(text);
            collect_expressions(field.value, found);
        }
    } else if (simdjson::dom::array array; node.get(array) == simdjson::SUCCESS) {
        for (auto const element : array) collect_expressions(element, found);
    }
}

/// The queries of the dashboard as Grafana sends them, with values for its variables.
std::vector<std::string> dashboard_queries()
{
    std::vector<std::string> queries;
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    REQUIRE(parser.load(folder + "/grafana-dashboard.json").get(document) == simdjson::SUCCESS);
    collect_expressions(document, queries);
    for (auto& query : queries) {
        query = std::regex_replace(query, std::regex{"\\$__rate_interval"}, "5m");
        query = std::regex_replace(query, std::regex{"\\$instance"}, ".*");
        REQUIRE(query.find('$') == std::string::npos);
    }
    return queries;
}

/// Queries as recording rules, which promtool parses.
std::string recording_rules(std::vector<std::string> const& queries)
{
    YAML::Emitter out;
    out << YAML::BeginMap << YAML::Key << "groups" << YAML::BeginSeq << YAML::BeginMap << YAML::Key << "name"
        << "queries" << YAML::Key << "rules" << YAML::BeginSeq;
    for (std::size_t i = 0; i < queries.size(); ++i)
        out << YAML::BeginMap << YAML::Key << "record"
            << "query:" + std::to_string(i) << YAML::Key << "expr" << queries[i] << YAML::EndMap;
    out << YAML::EndSeq << YAML::EndMap << YAML::EndSeq << YAML::EndMap;
    return out.c_str();
}

Words alerts()
{
    return matches(read_file(rules_file), "- alert: (\\w+)");
}

/// Alerts that the tests of the rules expect to fire, or not to.
Words tested(bool fires)
{
    Words names;
    auto const root = YAML::LoadFile(rules_test_file);
    for (auto const& group : root["tests"])
        for (auto const& test : group["promql_expr_test"])
            if ((test["exp_samples"].size() > 0) == fires)
                names.merge(matches(test["expr"].as<std::string>(), "alertname=\"(\\w+)\", alertstate=\"firing\""));
    return names;
}

} // namespace

TEST_CASE("the manual of monitoring has every metric that the daemon exposes, and no other")
{
    auto const documented = matches(read_file(manual_file), "\n\\| `((?:usaged|process)_\\w+)` \\|");
    CHECK(difference(documented, exposed_metrics()) == "");
}

TEST_CASE("alert rules and dashboard ask only for metrics that the daemon exposes, and the dashboard for all of ours")
{
    auto const exposed = exposed_metrics();
    Words expressions;
    for (auto const& rule : YAML::LoadFile(rules_file)["groups"][0]["rules"])
        expressions.merge(metrics_in(rule["expr"].as<std::string>()));
    CHECK(expressions.size() >= 9);
    Words shown;
    for (auto const& query : dashboard_queries()) shown.merge(metrics_in(query));
    CHECK(difference(shown, exposed) == "");
    for (auto const& name : expressions) {
        CAPTURE(name);
        CHECK(exposed.contains(name));
    }
}

TEST_CASE("each alert rule says what is wrong and what to do, stands in the manual, and is tested both ways")
{
    for (auto const& rule : YAML::LoadFile(rules_file)["groups"][0]["rules"]) {
        CAPTURE(rule["alert"].as<std::string>());
        CHECK_FALSE(rule["annotations"]["summary"].as<std::string>().empty());
        CHECK(rule["annotations"]["description"].as<std::string>().size() > 80);
        CHECK(matches(rule["labels"]["severity"].as<std::string>(), "^(critical|warning)$").size() == 1);
    }
    CHECK(difference(matches(read_file(manual_file), "\n\\| `(Usaged\\w+)` \\|"), alerts()) == "");
    CHECK(difference(tested(true), alerts()) == "");
    CHECK(difference(tested(false), alerts()) == "");
}

TEST_CASE("Prometheus accepts the alert rules, and each fires when it should and does not when it should not" *
          doctest::skip(no_promtool) *
          doctest::description("skipped where /usr/bin/promtool (Debian: prometheus) is missing"))
{
    CHECK(promtool("check rules " + rules_file) == 0);
    CHECK(promtool("test rules " + rules_test_file) == 0);
}

TEST_CASE("Prometheus accepts every query of the dashboard" * doctest::skip(no_promtool) *
          doctest::description("skipped where /usr/bin/promtool (Debian: prometheus) is missing"))
{
    TempDir const directory;
    auto const file = directory.path() / "rules.yml";
    auto queries = dashboard_queries();
    REQUIRE(queries.size() >= 15);
    write_file(file, recording_rules(queries));
    CHECK(promtool("check rules " + file.string()) == 0);
    queries.emplace_back("sum by (");
    write_file(file, recording_rules(queries));
    CHECK(promtool("check rules " + file.string() + " 2>/dev/null") != 0);
}

} // namespace usaged::test
