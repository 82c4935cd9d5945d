#include "daemon/poll/guards.h"

#include <cmath>

namespace usaged {

namespace {

std::string last_good(std::optional<AppliedSnapshot> const& last)
{
    if (!last) return {};
    return "; the last good poll, on " + format_timestamp(last->started_at) + ", had " + std::to_string(last->rows);
}

void add(std::string& reasons, std::string const& reason)
{
    if (!reasons.empty()) reasons += "; ";
    reasons += reason;
}

} // namespace

std::string judge(GuardSettings const& guards, Snapshot const& snapshot, std::optional<AppliedSnapshot> const& last,
                  Timestamp now)
{
    std::string reasons;
    auto const rows = std::to_string(snapshot.rows) + (snapshot.rows == 1 ? " row" : " rows");
    if (snapshot.rows < guards.min_rows)
        add(reasons, rows + ", fewer than guards.min_rows (" + std::to_string(guards.min_rows) + ")" + last_good(last));
    else if (last && static_cast<double>(snapshot.rows) < (1 - guards.max_shrink) * static_cast<double>(last->rows))
        add(reasons, rows + ", a loss of more than guards.max_shrink (" +
                         std::to_string(std::lround(guards.max_shrink * 100)) + "%)" + last_good(last));

    if (auto const newest = parse_timestamp(snapshot.data_to); newest && now - *newest > guards.frozen_after)
        add(reasons, "the newest data is of " + snapshot.data_to + ", older than guards.frozen_after");
    if (snapshot.bad_rows > 0) add(reasons, std::to_string(snapshot.bad_rows) + " bad rows were left out");
    return reasons;
}

} // namespace usaged
