#include "daemon/command/standing.h"

#include "daemon/auth/token_file.h"

#include <algorithm>

namespace usaged {

namespace {

std::optional<std::chrono::seconds> token_age(std::filesystem::path const& file, Timestamp now)
{
    try {
        auto const token = TokenFile{file}.load();
        auto const redeemed = token ? parse_timestamp(token->redeemed_at) : std::nullopt;
        if (!redeemed) return std::nullopt;
        return std::chrono::floor<std::chrono::seconds>(now - *redeemed);
    } catch (Error const&) {
        return std::nullopt; // the poll that needs it says so
    }
}

} // namespace

Standing::Standing(Config const& config)
    : database_{config.storage.sqlite_path}, token_file_{config.state_dir / "refresh_token"}
{
    reload(config);
}

void Standing::reload(Config const& config)
{
    std::vector<Entry> entries;
    for (auto const& each : config.datasets) {
        auto* const old = find(each.dataset->name);
        Entry entry = old == nullptr ? Entry{std::string{each.dataset->name}, {}, {}, {}, {}, {}} : std::move(*old);
        entry.schedule = each.schedule;
        read(entry);
        entries.push_back(std::move(entry));
    }
    entries_ = std::move(entries);
}

void Standing::read(std::string_view dataset)
{
    if (auto* const entry = find(dataset)) read(*entry);
}

void Standing::read(Entry& entry) const
{
    try {
        entry.report = Reports{database_}.dataset(*find_dataset(entry.dataset));
        entry.unreadable.reset();
    } catch (Error const& error) {
        entry.unreadable = error.what();
    }
}

void Standing::planned(std::string_view dataset, Timestamp at)
{
    auto* const entry = find(dataset);
    if (entry == nullptr) return;
    entry->next_poll = at;
    if (entry->unreadable) read(*entry); // what kept it may have passed
}

void Standing::failed(std::string_view dataset, std::string const& what)
{
    if (auto* const entry = find(dataset)) entry->failure = what;
}

void Standing::succeeded(std::string_view dataset)
{
    auto* const entry = find(dataset);
    if (entry == nullptr) return;
    entry->failure.reset();
    read(*entry);
}

std::vector<DatasetHealth> Standing::health(Timestamp now) const
{
    std::vector<DatasetHealth> all;
    for (auto const& entry : entries_) {
        DatasetHealth one{entry.dataset, false, assess(entry.report, entry.schedule, now)};
        auto const& history = entry.report.history;
        one.failing = entry.failure || entry.unreadable || !history.last_success || history.failures > 0 ||
                      one.health.level == HealthLevel::critical;
        if (entry.failure && one.health.level != HealthLevel::critical)
            one.health = {HealthLevel::warning, "the last poll failed: " + *entry.failure};
        else if (entry.unreadable && one.health.level != HealthLevel::critical)
            one.health = {HealthLevel::warning, "the database cannot be read: " + *entry.unreadable};
        all.push_back(std::move(one));
    }
    return all;
}

Gauges Standing::gauges(Timestamp now) const
{
    Gauges gauges;
    for (auto const& entry : entries_) {
        auto const& success = entry.report.last_success;
        gauges.datasets.push_back({entry.dataset, entry.report.history.last_success, entry.next_poll,
                                   parse_timestamp(entry.report.data_to), success && !success->degraded.empty()});
    }
    gauges.refresh_token_age = token_age(token_file_, now);
    gauges.database_bytes = database_bytes(database_);
    return gauges;
}

Standing::Entry* Standing::find(std::string_view dataset)
{
    auto const found = std::ranges::find(entries_, dataset, &Entry::dataset);
    return found == entries_.end() ? nullptr : &*found;
}

} // namespace usaged
