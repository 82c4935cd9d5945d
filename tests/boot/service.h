#pragma once

#include "tests/boot/booted_system.h"
#include "tests/boot/journal.h"
#include "tests/simulator/simulator.h"

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace usaged::test {

using Settings = std::map<std::string, std::string>; ///< as Simulator::configuration takes them

/// What a configuration that is installed says otherwise than one that Simulator::configuration writes.
Settings installed_settings(Settings const& overrides = {});

/// usaged as the package installs it, for one partner account: usaged.service, or an instance of the template. Its
/// simulator has to be made by the thread that booted the system.
class Service {
public:
    /// `account`: of the instance; empty: there is one only.
    Service(BootedSystem const& system, Simulator const& simulator, std::string account = {});

    std::string const& unit() const { return unit_; }

    /// Writes configuration, authority and secrets where the unit looks for them, with the modes of the manual.
    void configure(Settings const& overrides = {}) const;

    /// `systemctl start`, which waits for READY=1. Throws std::runtime_error if it fails.
    void start() const;
    Ran systemctl(std::string const& command) const;

    std::string property(std::string const& name) const; ///< as `systemctl show` has it
    std::string main_pid() const { return property("MainPID"); }
    /// Blocks until the property has the value. Throws std::runtime_error if it does not get it.
    void wait_for_property(std::string const& name, std::string const& value) const;
    /// See wait_for_message.
    JournalEntry wait_for_log(std::string_view text, std::size_t count = 1) const;

    /// Directives of [Service] that this test needs otherwise, such as a shorter time.
    void drop_in(std::string const& directives) const;

    /// How files of it are called in this process.
    std::filesystem::path state(std::string const& name = {}) const;
    std::filesystem::path configuration_directory() const { return configuration_directory_; } ///< in the system

    std::vector<std::string> query(std::string const& sql) const;
    std::vector<std::string> stored_rows() const; ///< as history_rows
    std::vector<std::string> polls() const;       ///< trigger, outcome, error_category

private:
    BootedSystem const& system_;
    Simulator const& simulator_;
    std::string unit_;
    std::filesystem::path configuration_directory_;
    std::filesystem::path state_directory_;
};

/// A system on which the package is installed, and a simulator for its one service. At its end it logs the journal, and
/// checks that no secret of the simulator is in it, in what was logged, in what the processes show, or in the database.
struct InstalledService {
    explicit InstalledService(Settings const& overrides = {}, SimulatorOptions const& options = {});
    InstalledService(InstalledService const&) = delete;
    InstalledService& operator=(InstalledService const&) = delete;
    ~InstalledService();

    BootedSystem system;
    Simulator simulator;
    Service service;
};

/// Logs the whole journal of usaged, and fails the test for each secret of the simulator that came to light.
void check_secrets(BootedSystem const& system, Simulator const& simulator, Service const& service);

} // namespace usaged::test
