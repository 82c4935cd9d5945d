#include "daemon/metrics/gauge_families.h"

namespace usaged {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;

double unix_seconds(std::optional<Timestamp> const& instant)
{
    return instant ? std::chrono::duration<double>{instant->time_since_epoch()}.count() : 0;
}

ClientMetric gauge(double value)
{
    ClientMetric metric;
    metric.gauge.value = value;
    return metric;
}

MetricFamily family(std::string name, std::string help, std::vector<ClientMetric> metrics)
{
    return {std::move(name), std::move(help), prometheus::MetricType::Gauge, std::move(metrics)};
}

template <typename ValueOf>
MetricFamily by_dataset(std::string name, std::string help, Gauges const& gauges, ValueOf const& value_of)
{
    std::vector<ClientMetric> metrics;
    for (auto const& each : gauges.datasets) {
        metrics.push_back(gauge(value_of(each)));
        metrics.back().label.push_back({"dataset", each.dataset});
    }
    return family(std::move(name), std::move(help), std::move(metrics));
}

} // namespace

std::vector<MetricFamily> gauge_families(Gauges const& gauges)
{
    std::vector<MetricFamily> families{
        by_dataset("usaged_last_success_timestamp_seconds", "When the last poll that was stored began; 0: never.",
                   gauges, [](DatasetGauges const& each) { return unix_seconds(each.last_success); }),
        by_dataset("usaged_next_poll_timestamp_seconds", "When the next poll is due.", gauges,
                   [](DatasetGauges const& each) { return unix_seconds(each.next_poll); }),
        by_dataset("usaged_data_timestamp_seconds", "The newest processedDateTime that there are rows of; 0: no rows.",
                   gauges, [](DatasetGauges const& each) { return unix_seconds(each.data); }),
        by_dataset("usaged_degraded", "Whether the last poll that was stored is degraded.", gauges,
                   [](DatasetGauges const& each) { return each.degraded ? 1.0 : 0.0; }),
        family("usaged_database_bytes", "Size of the database and its write-ahead log.",
               {gauge(static_cast<double>(gauges.database_bytes))}),
    };
    if (gauges.refresh_token_age)
        families.push_back(family("usaged_refresh_token_age_seconds",
                                  "Time since the stored refresh token was issued or last used.",
                                  {gauge(static_cast<double>(gauges.refresh_token_age->count()))}));
    return families;
}

} // namespace usaged
