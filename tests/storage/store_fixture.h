#pragma once

#include "storage/sqlite_store.h"
#include "tests/support/temp_dir.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

/// One item of a partner_licenses_usage answer.
struct UsageItem {
    std::string date = "2026-07-01T00:00:00+00:00";
    std::string service = "o365";
    std::string workload = "Exchange";
    double percent = 50;
    std::string more = {}; ///< further JSON fields, each after a comma
};

std::string usage_body(std::vector<UsageItem> const& items);

/// `count` items of one processing date, each of a workload of its own.
std::vector<UsageItem> many_items(int count, double percent, std::string const& date = "2026-07-01T00:00:00+00:00");

/// What one row of an answer says, by the names of columns; a column that is not named gets a value that fits it, an
/// optional one is left out. Other names are fields without a column, with JSON as their value.
using Fields = std::map<std::string_view, std::string>;

/// An answer of any dataset.
std::string body_of(Dataset const& dataset, std::vector<Fields> const& rows);

/// The instant of a UTC text.
Timestamp at(std::string_view text);

/// The dataset that tests use which are not about a certain one: partner_licenses_usage.
Dataset const& usage();

/// A compact dataset: licenses_usage.
Dataset const& licences();

/// Begins a poll and archives the bodies as its pages.
struct FetchedPoll {
    PollId poll;
    Snapshot snapshot;
};
FetchedPoll fetch(SnapshotStore& store, std::vector<std::string> const& bodies, Trigger trigger = Trigger::schedule,
                  Timestamp started_at = at("2026-07-02T06:00:00Z"));
FetchedPoll fetch(SnapshotStore& store, Dataset const& dataset, std::vector<std::string> const& bodies,
                  Trigger trigger = Trigger::schedule, Timestamp started_at = at("2026-07-02T06:00:00Z"),
                  PageScope const& scope = {});

/// A whole poll.
SaveOutcome poll(SnapshotStore& store, std::vector<std::string> const& bodies, Trigger trigger = Trigger::schedule,
                 Timestamp started_at = at("2026-07-02T06:00:00Z"));
SaveOutcome poll(SnapshotStore& store, Dataset const& dataset, std::vector<std::string> const& bodies,
                 Trigger trigger = Trigger::schedule, Timestamp started_at = at("2026-07-02T06:00:00Z"),
                 PageScope const& scope = {});

/// A poll that fails at `finished_at`.
PollId failed_poll(SnapshotStore& store, Timestamp finished_at, Error const& error);

/// All rows of a query over a connection of its own, values joined by `|`, rows by line breaks.
std::string query(std::filesystem::path const& database, std::string const& sql);

/// Runs statements over a connection of its own.
void execute(std::filesystem::path const& database, std::string const& sql);

/// How many pages of the dataset's tables the write-ahead log holds. Throws if it holds none at all.
std::size_t logged_pages(std::filesystem::path const& database, Dataset const& dataset);

/// Every name and content in a directory.
std::vector<std::pair<std::string, std::string>> contents(std::filesystem::path const& directory);

/// Runs `action` in a child process and waits for it; its wait status. The child ends without destructors, as a killed
/// process does; its status is 0 unless `action` throws.
int in_child(std::function<void()> const& action);

/// The Error that `action` throws.
Error error_of(std::function<void()> const& action);

} // namespace usaged::test
