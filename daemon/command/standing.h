#pragma once

#include "config/config.h"
#include "daemon/command/health.h"
#include "daemon/metrics/metrics.h"
#include "storage/reports.h"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace usaged {

/// How one dataset stands, for whoever asks whether the daemon works.
struct DatasetHealth {
    std::string dataset;
    bool failing = false; ///< the last poll failed, there has been none, or it is long overdue
    Health health;
};

/// How every dataset stands, in memory, so that nobody who asks makes the database work: it is read when a poll ends.
class Standing {
public:
    /// Borrows `config`'s values only. Reads the database for all datasets.
    explicit Standing(Config const& config);

    /// From now on the datasets and schedules of this configuration, whose database and state directory are the same.
    void reload(Config const& config);

    /// A poll of the dataset has ended: reads the database. One that cannot be read is a failure of the dataset.
    void read(std::string_view dataset);

    /// The time at which the dataset is due.
    void planned(std::string_view dataset, Timestamp at);

    /// The error that was reported of the dataset, until the next success.
    void failed(std::string_view dataset, std::string const& what);
    void succeeded(std::string_view dataset);

    /// Why the newest refresh token is not stored; nothing if it is.
    void token_problem(std::optional<std::string> problem) { token_problem_ = std::move(problem); }
    std::optional<std::string> const& token_problem() const { return token_problem_; }

    /// Of every dataset, in the order of the configuration.
    std::vector<DatasetHealth> health(Timestamp now) const;
    Gauges gauges(Timestamp now) const;

private:
    struct Entry {
        std::string dataset;
        ScheduleSettings schedule;
        DatasetReport report;
        std::optional<Timestamp> next_poll;
        std::optional<std::string> failure;    ///< of the last poll
        std::optional<std::string> unreadable; ///< why the report is not the newest
    };

    Entry* find(std::string_view dataset);
    void read(Entry& entry) const;

    std::filesystem::path database_;
    std::filesystem::path token_file_;
    std::vector<Entry> entries_;
    std::optional<std::string> token_problem_;
};

} // namespace usaged
