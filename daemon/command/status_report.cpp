#include "daemon/command/status_report.h"

#include "daemon/auth/token_file.h"
#include "daemon/command/service.h"
#include "daemon/poll/poll_loop.h"
#include "storage/instance_lock.h"

namespace usaged {

namespace {

void add_token(Status& status, Config const& config, Reports& reports)
{
    try {
        if (auto const token = TokenFile{config.state_dir / "refresh_token"}.load())
            status.token_redeemed_at = parse_timestamp(token->redeemed_at);
    } catch (Error const&) {
        // Members of the group may read the database but not the token, and that is no fault.
    }
    auto const failed = reports.last_token_event("store_failed");
    auto const stored = reports.last_token_event("rotated");
    if (failed && (!stored || stored->at < failed->at)) {
        status.token_problem = failed->detail;
        status.level = HealthLevel::critical;
    }
}

} // namespace

Status read_status(Config const& config, Timestamp now)
{
    Reports reports{config.storage.sqlite_path};
    Status status;
    status.checked_at = now;
    status.process = process_at_work(config.state_dir);
    status.database = config.storage.sqlite_path.string();
    status.database_bytes = reports.bytes();
    for (auto const& each : config.datasets) {
        DatasetStatus one;
        one.report = reports.dataset(*each.dataset);
        one.health = assess(one.report, each.schedule, now);
        auto const seed = jitter_seed(installation_seed(config), *each.dataset);
        one.next_poll = next_due(each.schedule, one.report.history, now, seed).at;
        status.level = worse(status.level, one.health.level);
        status.datasets.push_back(std::move(one));
    }
    add_token(status, config, reports);
    return status;
}

} // namespace usaged
