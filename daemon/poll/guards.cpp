#include "daemon/poll/guards.h"

#include <cmath>

namespace usaged {

namespace {

std::string last_number(std::optional<AppliedSnapshot> const& last_good)
{
    if (!last_good) return {};
    return "; the last good poll, on " + format_timestamp(last_good->started_at) + ", had " +
           std::to_string(last_good->rows);
}

void add(std::string& reasons, std::string const& reason)
{
    if (!reasons.empty()) reasons += "; ";
    reasons += reason;
}

} // namespace

std::string judge(GuardSettings const& guards, Snapshot const& snapshot,
                  std::optional<AppliedSnapshot> const& last_good, Timestamp now)
{
    std::string reasons;
    auto const lasts = last_good && last_good->degraded_since && now - *last_good->degraded_since > guards.frozen_after;
    auto const rows = std::to_string(snapshot.rows) + (snapshot.rows == 1 ? " row" : " rows");
    if (snapshot.rows < guards.min_rows)
        add(reasons,
            rows + ", fewer than guards.min_rows (" + std::to_string(guards.min_rows) + ")" + last_number(last_good));
    else if (last_good && !lasts &&
             static_cast<double>(snapshot.rows) < (1 - guards.max_shrink) * static_cast<double>(last_good->rows))
        add(reasons, rows + ", a loss of more than guards.max_shrink (" +
                         std::to_string(std::lround(guards.max_shrink * 100)) + "%)" + last_number(last_good));

    if (auto const newest = parse_timestamp(snapshot.data_to); newest && now - *newest > guards.frozen_after)
        add(reasons, "the newest data is of " + snapshot.data_to + ", older than guards.frozen_after");
    if (auto const reason = judge_past_date(snapshot); !reason.empty()) add(reasons, reason);
    return reasons;
}

std::string judge_past_date(Snapshot const& snapshot)
{
    auto reasons = snapshot.degraded;
    if (snapshot.bad_rows > 0) add(reasons, std::to_string(snapshot.bad_rows) + " bad rows were left out");
    return reasons;
}

} // namespace usaged
