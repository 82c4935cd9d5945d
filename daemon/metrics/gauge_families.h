#pragma once

#include "daemon/metrics/metrics.h"

#include <prometheus/metric_family.h>
#include <vector>

namespace usaged {

/// The gauges in the form in which they are exposed. An instant that has not come yet is 0, so that a rule which counts
/// the time since it fires. Without a refresh token there is no age of it. Pure.
std::vector<prometheus::MetricFamily> gauge_families(Gauges const& gauges);

} // namespace usaged
