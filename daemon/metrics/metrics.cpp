#include "daemon/metrics/metrics.h"

#include "daemon/metrics/gauge_families.h"
#include "daemon/metrics/process_families.h"

#include <array>
#include <iterator>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>
#include <sstream>

namespace usaged {

namespace {

using Seconds = std::chrono::duration<double>;

prometheus::Histogram::BucketBoundaries const poll_seconds{0.1, 0.25, 0.5, 1,   2.5, 5,    10,
                                                           30,  60,   120, 300, 600, 1800, 3600};
prometheus::Histogram::BucketBoundaries const request_seconds{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60};

constexpr std::array all_categories{ErrorCategory::network, ErrorCategory::http,     ErrorCategory::throttled,
                                    ErrorCategory::tls,     ErrorCategory::protocol, ErrorCategory::data,
                                    ErrorCategory::auth,    ErrorCategory::storage,  ErrorCategory::locked,
                                    ErrorCategory::config};
constexpr std::array all_outcomes{Outcome::ok, Outcome::unchanged, Outcome::empty, Outcome::failed};
constexpr std::array<char const*, 3> all_changes{"inserted", "changed", "unchanged"};
constexpr std::array<char const*, 2> api_endpoints{"token", "usage"};

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, std::string const& name,
                                                  std::string const& help)
{
    return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

prometheus::Family<prometheus::Histogram>& histograms(prometheus::Registry& registry, std::string const& name,
                                                      std::string const& help)
{
    return prometheus::BuildHistogram().Name(name).Help(help).Register(registry);
}

void append(std::vector<prometheus::MetricFamily>& to, std::vector<prometheus::MetricFamily> from)
{
    std::move(from.begin(), from.end(), std::back_inserter(to));
}

} // namespace

class Metrics::Impl {
public:
    explicit Impl(std::string const& version)
    {
        prometheus::BuildGauge()
            .Name("usaged_build_info")
            .Help("The version that runs; always 1.")
            .Register(registry)
            .Add({{"version", version}})
            .Set(1);
        for (auto const category : all_categories) errors.Add({{"category", std::string{to_string(category)}}});
        for (auto const* endpoint : api_endpoints) request_duration.Add({{"endpoint", endpoint}}, request_seconds);
    }

    prometheus::Counter& poll(std::string const& dataset, Outcome outcome)
    {
        return polls.Add({{"dataset", dataset}, {"outcome", std::string{to_string(outcome)}}});
    }

    prometheus::Counter& row(std::string const& dataset, std::string const& change)
    {
        return rows.Add({{"dataset", dataset}, {"change", change}});
    }

    prometheus::Counter& bad(std::string const& dataset) { return bad_rows.Add({{"dataset", dataset}}); }

    prometheus::Counter& over_hundred(std::string const& dataset) { return percentages.Add({{"dataset", dataset}}); }

    prometheus::Histogram& duration(std::string const& dataset)
    {
        return poll_duration.Add({{"dataset", dataset}}, poll_seconds);
    }

    prometheus::Registry registry;
    prometheus::Family<prometheus::Counter>& polls =
        counters(registry, "usaged_polls_total", "Polls that ended, by outcome.");
    prometheus::Family<prometheus::Counter>& errors =
        counters(registry, "usaged_errors_total", "Errors that were reported, by category.");
    prometheus::Family<prometheus::Counter>& rows =
        counters(registry, "usaged_rows_total", "Rows of stored snapshots, by what became of them.");
    prometheus::Family<prometheus::Counter>& bad_rows =
        counters(registry, "usaged_bad_rows_total", "Rows that were left out because they were bad (quarantine).");
    prometheus::Family<prometheus::Counter>& percentages =
        counters(registry, "usaged_percentages_over_hundred_total",
                 "Percentages above 100 in snapshots, stored as they were sent.");
    prometheus::Family<prometheus::Histogram>& poll_duration =
        histograms(registry, "usaged_poll_duration_seconds", "Time from the beginning of a poll to its end.");
    prometheus::Family<prometheus::Counter>& requests =
        counters(registry, "usaged_http_requests_total", "Requests by status code; none if no answer came.");
    prometheus::Family<prometheus::Histogram>& request_duration =
        histograms(registry, "usaged_http_request_duration_seconds",
                   "Time from the beginning of a request to the end of its answer.");
};

Metrics::Metrics(std::string const& version) : impl_{std::make_unique<Impl>(version)} {}

Metrics::~Metrics() = default;

void Metrics::announce(std::vector<std::string> const& datasets)
{
    for (auto const& dataset : datasets) {
        for (auto const outcome : all_outcomes) impl_->poll(dataset, outcome);
        for (auto const* change : all_changes) impl_->row(dataset, change);
        impl_->bad(dataset);
        impl_->over_hundred(dataset);
        impl_->duration(dataset);
    }
}

void Metrics::poll_stored(std::string const& dataset, SaveOutcome const& saved, Snapshot const& snapshot,
                          std::chrono::milliseconds duration)
{
    auto const add = [](prometheus::Counter& counter, std::int64_t number) {
        counter.Increment(static_cast<double>(number));
    };
    impl_->poll(dataset, saved.outcome).Increment();
    add(impl_->row(dataset, "inserted"), saved.inserted);
    add(impl_->row(dataset, "changed"), saved.changed);
    add(impl_->row(dataset, "unchanged"), saved.unchanged);
    add(impl_->bad(dataset), snapshot.bad_rows);
    add(impl_->over_hundred(dataset), snapshot.over_hundred);
    impl_->duration(dataset).Observe(Seconds{duration}.count());
}

void Metrics::poll_failed(std::string const& dataset, std::chrono::milliseconds duration)
{
    impl_->poll(dataset, Outcome::failed).Increment();
    impl_->duration(dataset).Observe(Seconds{duration}.count());
}

void Metrics::error(ErrorCategory category)
{
    impl_->errors.Add({{"category", std::string{to_string(category)}}}).Increment();
}

void Metrics::http_request(std::string_view endpoint, std::optional<int> status, std::chrono::milliseconds duration)
{
    std::string const name{endpoint};
    auto const code = status ? std::to_string(*status) : "none";
    impl_->requests.Add({{"endpoint", name}, {"code", code}}).Increment();
    impl_->request_duration.Add({{"endpoint", name}}, request_seconds).Observe(Seconds{duration}.count());
}

std::string Metrics::text(Gauges const& gauges) const
{
    auto families = impl_->registry.Collect();
    append(families, gauge_families(gauges));
    append(families, process_families());
    std::ostringstream out;
    prometheus::TextSerializer{}.Serialize(out, families);
    return out.str();
}

} // namespace usaged
