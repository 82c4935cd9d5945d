#pragma once

#include <prometheus/metric_family.h>
#include <vector>

namespace usaged {

/// What the kernel says about this process, under the names that all client libraries of Prometheus use; what it does
/// not say is left out. (prometheus.io: instrumenting/writing_clientlibs, "Process metrics"; proc(5))
std::vector<prometheus::MetricFamily> process_families();

} // namespace usaged
