#pragma once

#include "tests/simulator/exchange.h"
#include "tests/simulator/usage_series.h"

#include <cstddef>
#include <string>
#include <vector>

namespace usaged::test {

/// What `GET /v1/analytics/licenses/usage` of Partner Center serves.
class UsageEndpoint {
public:
    /// `series` lives as long as this.
    explicit UsageEndpoint(UsageSeries const& series) : series_{series} {}

    Answer answer(Request const& request, std::size_t step) const;

    /// Serves these bodies instead of the series, a page each; none: the series again.
    void serve(std::vector<std::string> pages) { pages_ = std::move(pages); }
    bool serves_series() const { return pages_.empty(); }

private:
    UsageSeries const& series_;
    std::vector<std::string> pages_;
};

} // namespace usaged::test
