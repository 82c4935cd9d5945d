#include "tests/daemon/metrics/sample.h"
#include "tests/process/installation.h"
#include "tests/process/prometheus.h"
#include "tests/support/free_port.h"
#include "tests/support/tcp_client.h"

#include <doctest/doctest.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <sysexits.h>

namespace usaged::test {
namespace {

std::string const of_usage = "{dataset=\"partner_licenses_usage\"";
std::string const usage_polls = "usaged_polls_total" + of_usage;

/// An installation whose daemon is watched.
struct WatchedSite {
    explicit WatchedSite(std::map<std::string, std::string> overrides = {}) : site{with_metrics(std::move(overrides))}
    {
    }

    std::map<std::string, std::string> with_metrics(std::map<std::string, std::string> overrides) const
    {
        overrides["metrics.listen"] = "127.0.0.1:" + std::to_string(port);
        return overrides;
    }

    std::string get(std::string const& target) const
    {
        return ask(port, "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    std::optional<double> metric(std::string const& series) const { return sample(get("/metrics"), series); }

    bool healthy() const { return get("/healthz").starts_with("HTTP/1.1 200 OK\r\n"); }

    std::uint16_t port = free_port();
    Installation site;
};

/// Bytes of memory that are resident.
std::size_t resident(pid_t pid)
{
    std::ifstream file{"/proc/" + std::to_string(pid) + "/statm"};
    std::size_t pages = 0;
    file >> pages >> pages;
    return pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

} // namespace

TEST_CASE("a daemon with metrics shows its polls, its rows and its requests")
{
    WatchedSite const watched;
    Daemon daemon{watched.site};
    daemon.wait_until_idle();
    auto const answer = watched.get("/metrics");
    CHECK(answer.starts_with("HTTP/1.1 200 OK\r\n"));
    CHECK(answer.find("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n") != std::string::npos);
    CHECK(sample(answer, usage_polls + ",outcome=\"ok\"}") == 1);
    CHECK(sample(answer, "usaged_rows_total{change=\"inserted\",dataset=\"partner_licenses_usage\"}") == 5);
    CHECK(sample(answer, "usaged_http_requests_total{code=\"200\",endpoint=\"token\"}") == 1);
    CHECK(sample(answer, "usaged_http_requests_total{code=\"200\",endpoint=\"usage\"}") == 1);
    auto const newest =
        watched.site.query("SELECT strftime('%s', max(processed_date_time)) FROM partner_licenses_usage");
    CHECK(sample(answer, "usaged_data_timestamp_seconds" + of_usage + "}") == std::stod(newest.at(0)));
    CHECK(*sample(answer, "usaged_next_poll_timestamp_seconds" + of_usage + "}") -
              *sample(answer, "usaged_last_success_timestamp_seconds" + of_usage + "}") ==
          doctest::Approx(86400));
    CHECK(*sample(answer, "usaged_refresh_token_age_seconds") < 60);
    CHECK(*sample(answer, "process_resident_memory_bytes") > 1e6);
}

TEST_CASE("without the setting there is no port")
{
    WatchedSite const watched;
    watched.site.configure({});
    Daemon daemon{watched.site};
    daemon.wait_until_idle();
    CHECK_THROWS_AS(TcpClient{watched.port}, std::system_error);
}

TEST_CASE("healthz is 503 while the service is down, from the start, and 200 when it is back")
{
    WatchedSite watched{{{"retry.attempts", "1"}}};
    watched.site.simulator.go_down();
    Daemon daemon{watched.site};
    CHECK_FALSE(watched.healthy());
    daemon.process.wait_for_log("poll_failed");
    CHECK_FALSE(watched.healthy());
    CHECK(watched.get("/healthz").find("\"reason\":\"") != std::string::npos);
    watched.site.simulator.come_back();
    daemon.process.wait_for_log("snapshot_committed");
    daemon.wait_until_idle();
    CHECK(watched.healthy());
    CHECK(*watched.metric("usaged_errors_total{category=\"network\"}") >= 1);
    CHECK(*watched.metric("usaged_http_requests_total{code=\"none\",endpoint=\"token\"}") >= 1);
}

TEST_CASE("every failed poll is one error of its category")
{
    WatchedSite watched;
    watched.site.simulator.script(Endpoint::usage, answer(404));
    Daemon daemon{watched.site};
    daemon.process.wait_for_log("snapshot_committed");
    daemon.wait_until_idle();
    CHECK(watched.metric("usaged_errors_total{category=\"http\"}") == 1);
    CHECK(watched.metric(usage_polls + ",outcome=\"failed\"}") == 1);
    CHECK(watched.metric(usage_polls + ",outcome=\"ok\"}") == 1);
    CHECK(watched.metric("usaged_http_requests_total{code=\"404\",endpoint=\"usage\"}") == 1);
}

TEST_CASE("a metrics port that is taken is a fault of the configuration")
{
    WatchedSite const watched;
    Daemon const first{watched.site};
    Installation const other{watched.with_metrics({})};
    auto const ended = other.usaged({"run"});
    CHECK(ended.status == EX_CONFIG);
    CHECK(ended.log.find("cannot listen on 127.0.0.1:" + std::to_string(watched.port)) != std::string::npos);
}

TEST_CASE("an address that others reach needs a word in the configuration")
{
    Installation const site{{{"metrics.listen", "0.0.0.0:9815"}}};
    auto const ended = site.usaged({"run"});
    CHECK(ended.status == EX_CONFIG);
    CHECK(ended.log.find("metrics.listen: is an address that others reach") != std::string::npos);
}

TEST_CASE("a reload shows other datasets, and refuses another address")
{
    WatchedSite const watched;
    Daemon daemon{watched.site};
    daemon.wait_until_idle();
    watched.site.configure(watched.with_metrics({{"datasets", "[licenses_usage, partner_licenses_usage]"}}));
    daemon.process.signal(SIGHUP);
    daemon.process.wait_for_log("config_reloaded");
    CHECK(watched.metric("usaged_degraded{dataset=\"licenses_usage\"}") == 0);
    watched.site.configure({{"metrics.listen", "127.0.0.1:" + std::to_string(free_port())}});
    daemon.process.signal(SIGHUP);
    auto const line = daemon.process.wait_for_log("config_rejected");
    CHECK(line.find("metrics.listen") != std::string::npos);
    CHECK(watched.metric("usaged_database_bytes") > 0);
}

TEST_CASE("hostile clients of the metrics port delay no poll, and take no memory")
{
    WatchedSite const watched;
    Daemon daemon{watched.site};
    daemon.wait_until_idle();
    auto const before = resident(daemon.process.pid());
    std::vector<std::unique_ptr<TcpClient>> clients;
    for (int i = 0; i < 500; ++i) {
        clients.push_back(std::make_unique<TcpClient>(watched.port));
        if (i % 3 == 0) clients.back()->send("GET /metrics HTTP/1.1\r\nX: " + std::string(15'000, 'x'));
        if (i % 3 == 1) clients.back()->send(std::string(60'000, '\0'));
    }
    CHECK(watched.healthy());
    daemon.process.signal(SIGUSR1);
    daemon.manager.wait_for("STATUS=Polling");
    daemon.wait_until_idle();
    CHECK(watched.site.polls() == std::vector<std::string>{"startup|ok|", "manual|unchanged|"});
    CHECK(resident(daemon.process.pid()) < before + before / 2); // some 8 MiB, more with a sanitizer
    CHECK(daemon.stop().status == 0);
}

TEST_CASE("a real Prometheus scrapes the daemon, and sees a poll fail and the next succeed" *
          doctest::skip(!Prometheus::installed()) *
          doctest::description("skipped where /usr/bin/prometheus (Debian: prometheus) is missing"))
{
    WatchedSite watched;
    Daemon daemon{watched.site};
    Prometheus const prometheus{watched.port};
    auto const is_one = [](double value) { return value == 1; };
    CHECK(prometheus.wait_for("up{job=\"usaged\"}", is_one) == 1);
    CHECK(prometheus.wait_for(usage_polls + ",outcome=\"ok\"}", is_one) == 1);
    watched.site.simulator.script(Endpoint::usage, answer(404));
    daemon.process.signal(SIGUSR1);
    CHECK(prometheus.wait_for("usaged_errors_total{category=\"http\"}", is_one) == 1);
    CHECK(prometheus.wait_for(usage_polls + ",outcome=\"failed\"}", is_one) == 1);
    CHECK(prometheus.wait_for(usage_polls + ",outcome=\"unchanged\"}", is_one) == 1);
    auto const later = [](double value) { return value > 0; };
    CHECK(
        prometheus.wait_for("histogram_quantile(0.9, usaged_http_request_duration_seconds_bucket{endpoint=\"usage\"})",
                            [](double value) { return value > 0 && value < 60; }) > 0);
    CHECK(prometheus.wait_for("time() - process_start_time_seconds", later) < 120);
}

} // namespace usaged::test
