#pragma once

#include "tests/simulator/exchange.h"
#include "tests/simulator/usage_series.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace usaged::test {

struct UsageOptions {
    bool signed_in_with_mfa = true; ///< else everything is refused with 401 and code 900421
    bool gzip = false;              ///< answers are compressed if the client takes that
    bool advance_per_request = false;
};

/// `GET /v1/analytics/licenses/usage` of Partner Center: what it demands of requests, and what it serves.
class UsageEndpoint {
public:
    using Time = std::chrono::system_clock::time_point;

    /// `accepts_token` decides about access tokens.
    UsageEndpoint(UsageSeries series, UsageOptions const& options,
                  std::function<bool(std::string const&, Time)> accepts_token);

    Answer answer(Request const& request, Time now);

    UsageSeries const& series() const { return series_; }
    std::size_t step() const { return step_; }
    void advance(std::size_t steps) { step_ += steps; }

    /// Serves these bodies instead of the series, a page each; none: the series again.
    void serve(std::vector<std::string> pages) { pages_ = std::move(pages); }

private:
    Answer respond(Request const& request, Time now);
    std::optional<Answer> refuse_bearer(Request const& request, Time now) const;
    Answer respond_page(Request const& request);

    UsageSeries series_;
    UsageOptions options_;
    std::function<bool(std::string const&, Time)> accepts_token_;
    std::size_t step_ = 0;
    std::vector<std::string> pages_;
    std::set<std::string> correlation_ids_;
};

/// An error body of Partner Center.
Answer fault_answer(int status, std::string const& code, std::string const& description);

} // namespace usaged::test
