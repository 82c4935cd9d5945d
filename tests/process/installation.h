#pragma once

#include "tests/process/history_rows.h"
#include "tests/process/notify_socket.h"
#include "tests/process/usaged_process.h"
#include "tests/simulator/simulator.h"
#include "tests/support/temp_dir.h"

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace usaged::test {

/// The rows of a query, their columns joined with `|`: text byte for byte, numbers as short as they read back
/// identical, NULL as nothing. A read-only connection of its own.
std::vector<std::string> query(std::filesystem::path const& database, std::string const& sql);

/// Changes a database that no usaged has open.
void execute(std::filesystem::path const& database, std::string const& sql);

/// A configuration that asks a simulator, and what usaged makes of it. At its end it checks that no secret of the
/// simulator is in what any process wrote that was started through it, or in the database.
struct Installation {
    explicit Installation(std::map<std::string, std::string> const& overrides = {},
                          SimulatorOptions const& options = {});
    Installation(Installation const&) = delete;
    Installation& operator=(Installation const&) = delete;
    ~Installation();

    Simulator simulator;
    TempDir directory;
    std::filesystem::path configuration;
    std::shared_ptr<Transcript> transcript = std::make_shared<Transcript>(); ///< of the processes that have gone

    std::filesystem::path state() const { return directory.path() / "state"; }
    std::filesystem::path database() const { return state() / "usage.db"; }
    void configure(std::map<std::string, std::string> const& overrides) const;

    /// `usaged --config CONFIGURATION ARGUMENTS…` to its end.
    Ended usaged(std::vector<std::string> const& arguments) const;
    Ended fetch(std::vector<std::string> const& arguments = {}) const;
    /// The same, as long as the object lives.
    UsagedProcess start(std::vector<std::string> const& arguments, ProcessOptions const& options = {}) const;

    std::vector<std::string> query(std::string const& sql) const;
    /// Date, service, workload, channel and value of each row, in this order.
    std::vector<std::string> stored_rows() const;
    std::vector<std::string> revisions() const;
    std::vector<std::string> polls() const; ///< trigger, outcome, error_category

    /// Where a secret of the simulator came to light, a sentence each.
    std::vector<std::string> leaked_secrets() const;
};

/// `usaged run` under a service manager that has been told that it is ready.
struct Daemon {
    explicit Daemon(Installation const& installation, ProcessOptions options = {});

    NotifySocket manager;
    UsagedProcess process;

    void wait_until_idle() { manager.wait_for("STATUS=Next poll"); }
    /// SIGTERM, and how it ended.
    Ended stop();
};

} // namespace usaged::test
