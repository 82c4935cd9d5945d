#include "daemon/fault/retry.h"

#include <algorithm>

namespace usaged {

namespace {

/// min(max, initial * 2^failures), without overflow.
std::chrono::milliseconds ceiling(RetrySettings const& settings, int failures)
{
    auto wait = settings.initial;
    for (int i = 0; i < failures && wait < settings.max; ++i) wait *= 2;
    return std::min(wait, settings.max);
}

} // namespace

Retry::Retry(RetrySettings const& settings, Random random) : settings_{settings}, random_{std::move(random)} {}

std::optional<std::chrono::milliseconds> Retry::after(Error const& error)
{
    auto const full = ceiling(settings_, failures_);
    ++failures_;
    if (!error.retryable() || failures_ >= settings_.attempts) return std::nullopt;

    auto const random = random_();
    auto const part_of = [random](std::chrono::milliseconds whole) {
        return std::chrono::milliseconds{static_cast<std::int64_t>(random * static_cast<double>(whole.count()))};
    };
    bool const too_many = error.category() == ErrorCategory::throttled && !error.retry_after();
    auto const least = too_many ? full / 2 : std::chrono::milliseconds{0};
    auto wait = least + part_of(full - least);
    if (std::optional<std::chrono::milliseconds> const asked = error.retry_after()) {
        if (*asked > settings_.max_retry_after) return std::nullopt;
        wait = std::max(wait, *asked + part_of(*asked / 10));
    }
    return wait;
}

} // namespace usaged
