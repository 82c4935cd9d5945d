#include "daemon/metrics/metrics.h"
#include "tests/daemon/metrics/sample.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <cstdlib>

namespace usaged::test {
namespace {

using namespace std::chrono_literals;

constexpr Timestamp noon{std::chrono::sys_days{std::chrono::year{2026} / 7 / 15} + 12h};
constexpr double noon_seconds = 1784116800;

std::string const usage = "partner_licenses_usage";
std::string const of_usage = "{dataset=\"partner_licenses_usage\"";

SaveOutcome saved()
{
    SaveOutcome outcome;
    outcome.outcome = Outcome::ok;
    outcome.inserted = 5;
    outcome.changed = 2;
    outcome.unchanged = 1;
    return outcome;
}

Snapshot snapshot()
{
    Snapshot found;
    found.bad_rows = 3;
    found.over_hundred = 4;
    return found;
}

/// One of everything.
std::string everything()
{
    Metrics metrics{"1.2.3"};
    metrics.announce({usage});
    metrics.poll_stored(usage, saved(), snapshot(), 300ms);
    metrics.poll_failed(usage, 2h);
    metrics.error(ErrorCategory::auth);
    metrics.http_request("usage", 200, 40ms);
    metrics.http_request("token", std::nullopt, 10s);
    Gauges gauges;
    gauges.datasets.push_back({usage, noon, noon + 24h, noon - 48h, true});
    gauges.refresh_token_age = 90s;
    gauges.database_bytes = 4096;
    return metrics.text(gauges);
}

} // namespace

TEST_CASE("polls, rows, errors and requests are counted")
{
    auto const text = everything();
    for (auto const& each : std::vector<std::pair<std::string, double>>{
             {"usaged_build_info{version=\"1.2.3\"}", 1},
             {"usaged_polls_total" + of_usage + ",outcome=\"ok\"}", 1},
             {"usaged_polls_total" + of_usage + ",outcome=\"failed\"}", 1},
             {"usaged_rows_total{change=\"inserted\",dataset=\"" + usage + "\"}", 5},
             {"usaged_rows_total{change=\"changed\",dataset=\"" + usage + "\"}", 2},
             {"usaged_rows_total{change=\"unchanged\",dataset=\"" + usage + "\"}", 1},
             {"usaged_bad_rows_total" + of_usage + "}", 3},
             {"usaged_percentages_over_hundred_total" + of_usage + "}", 4},
             {"usaged_errors_total{category=\"auth\"}", 1},
             {"usaged_http_requests_total{code=\"200\",endpoint=\"usage\"}", 1},
             {"usaged_http_requests_total{code=\"none\",endpoint=\"token\"}", 1},
             {"usaged_poll_duration_seconds_count" + of_usage + "}", 2},
             {"usaged_poll_duration_seconds_sum" + of_usage + "}", 7200.3},
             {"usaged_poll_duration_seconds_bucket" + of_usage + ",le=\"0.25\"}", 0},
             {"usaged_poll_duration_seconds_bucket" + of_usage + ",le=\"0.5\"}", 1},
             {"usaged_poll_duration_seconds_bucket" + of_usage + ",le=\"+Inf\"}", 2},
             {"usaged_http_request_duration_seconds_bucket{endpoint=\"usage\",le=\"0.05\"}", 1},
         }) {
        CAPTURE(each.first);
        auto const found = sample(text, each.first);
        REQUIRE(found);
        CHECK(*found == doctest::Approx(each.second));
    }
}

TEST_CASE("how things stand is shown as gauges")
{
    auto const text = everything();
    CHECK(sample(text, "usaged_last_success_timestamp_seconds" + of_usage + "}") == noon_seconds);
    CHECK(sample(text, "usaged_next_poll_timestamp_seconds" + of_usage + "}") == noon_seconds + 86400);
    CHECK(sample(text, "usaged_data_timestamp_seconds" + of_usage + "}") == noon_seconds - 172800);
    CHECK(sample(text, "usaged_degraded" + of_usage + "}") == 1);
    CHECK(sample(text, "usaged_refresh_token_age_seconds") == 90);
    CHECK(sample(text, "usaged_database_bytes") == 4096);
}

TEST_CASE("the series of a dataset exist before anything has happened")
{
    Metrics metrics{"1"};
    metrics.announce({usage, "licenses_usage"});
    Gauges gauges;
    gauges.datasets.push_back({usage, {}, {}, {}, false});
    auto const text = metrics.text(gauges);
    CHECK(series_of(text, "usaged_polls_total").size() == 8);
    CHECK(series_of(text, "usaged_rows_total").size() == 6);
    CHECK(series_of(text, "usaged_errors_total").size() == 10);
    CHECK(series_of(text, "usaged_poll_duration_seconds_count").size() == 2);
    CHECK(series_of(text, "usaged_http_request_duration_seconds_count").size() == 2);
    CHECK(sample(text, "usaged_last_success_timestamp_seconds" + of_usage + "}") == 0);
    CHECK(sample(text, "usaged_data_timestamp_seconds" + of_usage + "}") == 0);
    CHECK_FALSE(sample(text, "usaged_refresh_token_age_seconds"));
}

TEST_CASE("announcing a dataset again loses nothing that was counted")
{
    Metrics metrics{"1"};
    metrics.poll_failed(usage, 1s);
    metrics.announce({usage});
    CHECK(sample(metrics.text({}), "usaged_polls_total" + of_usage + ",outcome=\"failed\"}") == 1);
}

TEST_CASE("promtool finds nothing wrong with names, types and help" *
          doctest::skip(std::system("command -v promtool >/dev/null") != 0) *
          doctest::description("skipped where promtool (Debian: prometheus) is missing"))
{
    TempDir const directory;
    write_file(directory.path() / "metrics", everything());
    auto const command = "promtool check metrics <" + (directory.path() / "metrics").string() + " >" +
                         (directory.path() / "complaints").string() + " 2>&1";
    auto const status = std::system(command.c_str());
    CAPTURE(read_file(directory.path() / "complaints"));
    CHECK(status == 0);
    CHECK(read_file(directory.path() / "complaints").empty());
}

} // namespace usaged::test
