#pragma once

#include <optional>
#include <string>
#include <vector>

namespace usaged::test {

/// The value of a series, `name{label="value"}`, in an exposition; nothing if it has no such line.
std::optional<double> sample(std::string const& exposition, std::string const& series);

/// Every series of a metric.
std::vector<std::string> series_of(std::string const& exposition, std::string const& metric);

} // namespace usaged::test
