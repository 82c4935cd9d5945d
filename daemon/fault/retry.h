#pragma once

#include "daemon/fault/error.h"

#include <chrono>
#include <functional>
#include <optional>

namespace usaged {

/// `retry` of the configuration.
struct RetrySettings {
    int attempts = 5; ///< tries of one request within a poll
    std::chrono::milliseconds initial{1000};
    std::chrono::milliseconds max{60000};
    std::chrono::milliseconds max_retry_after{900000};
};

/// Decides how long to wait after a failed try of one request: exponential with full jitter, but never less than the
/// server asks for (Retry-After), to which up to a tenth is added so that clients do not come back all at once. The
/// exponential part keeps growing while the server asks for the same again. Of throttling without Retry-After jitter
/// takes at most half of the wait away: rejected calls count against the limit. Make a new one for each request.
/// (Partner Center docs: api-throttling-guidance)
class Retry {
public:
    /// A number in [0, 1): the jitter. Tests pass a constant.
    using Random = std::function<double()>;

    Retry(RetrySettings const& settings, Random random);

    /// Counts the try that failed with `error`. The wait before the next try, or nothing when there is to be none:
    /// the fault is not one that repeating cures, the tries are used up, or the server asks for more patience than
    /// `max_retry_after`.
    std::optional<std::chrono::milliseconds> after(Error const& error);

    /// The number of the try under way, from 1.
    int attempt() const { return failures_ + 1; }

private:
    RetrySettings settings_;
    Random random_;
    int failures_ = 0;
};

} // namespace usaged
