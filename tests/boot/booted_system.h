#pragma once

#include "tests/boot/boot_log.h"
#include "tests/boot/command.h"

#include <filesystem>
#include <string>
#include <sys/types.h>

namespace usaged::test {

/// Where tests/boot/make-root makes the roots.
std::filesystem::path boot_directory();

/// Whether systems can be booted here. If not, the first test of ctest says why.
bool can_boot();

/// The package that is tested.
std::filesystem::path package_file();

enum class Root {
    base,     ///< a Debian that does not have the package
    installed ///< the package has been installed in it
};

/// A Debian with systemd as its PID 1, in a container that dies with this process, whatever happens to that. What it
/// changes is lost with it. It has no network but its own loopback, which the thread that made it shares while the
/// object lives: what it listens on, the system can reach, and so can threads that it starts.
class BootedSystem {
public:
    /// Blocks until systemd says that it is running. Throws std::runtime_error, with the console, if it does not.
    explicit BootedSystem(Root root);
    BootedSystem(BootedSystem const&) = delete;
    BootedSystem& operator=(BootedSystem const&) = delete;
    ~BootedSystem();

    /// Runs a script of bash in it as root, at most for two minutes, and logs it.
    Ran run(std::string const& script) const;
    /// The same for one that has to succeed; its output. Throws std::runtime_error if it does not.
    std::string must(std::string const& script) const;
    /// The same without a line in the log, for what is asked again and again.
    Ran ask(std::string const& script) const;

    /// How a file of it is called in this process.
    std::filesystem::path path(std::filesystem::path const& inside) const;

    BootLog& log() const { return log_; }

private:
    void boot(Root root);
    bool find_init();
    void enter_network();
    void end();

    mutable BootLog log_;
    std::string group_;    ///< of its control groups
    pid_t launcher_ = -1;  ///< whose death is that of the system
    pid_t init_ = -1;      ///< the system's PID 1, as it is called here
    int own_network_ = -1; ///< to go back to
};

} // namespace usaged::test
