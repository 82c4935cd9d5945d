#include "tests/boot/booted_system.h"

#include "tests/boot/eventually.h"
#include "tests/support/temp_dir.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <fstream>
#include <sched.h>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

std::string proc(pid_t process, std::string const& entry)
{
    return "/proc/" + std::to_string(process) + '/' + entry;
}

/// -1 if there is none.
pid_t child_of(pid_t process)
{
    std::ifstream children{proc(process, "task/" + std::to_string(process) + "/children")};
    pid_t child = -1;
    children >> child;
    return child;
}

std::string name_of(pid_t process)
{
    std::ifstream comm{proc(process, "comm")};
    std::string name;
    std::getline(comm, name);
    return name;
}

int open_network(std::string const& file)
{
    auto const descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) throw std::system_error{errno, std::generic_category(), file};
    return descriptor;
}

} // namespace

fs::path boot_directory()
{
    return USAGED_BOOT_DIRECTORY;
}

bool can_boot()
{
    return ::geteuid() == 0 && !package_file().empty() && fs::exists(boot_directory() / "installed.key");
}

fs::path package_file()
{
    char const* const file = std::getenv("USAGED_PACKAGE");
    return file == nullptr ? "" : file;
}

BootedSystem::BootedSystem(Root root) : group_{"usaged-boot-" + std::to_string(::getpid())}
{
    try {
        boot(root);
        enter_network();
    } catch (...) {
        end();
        throw;
    }
}

BootedSystem::~BootedSystem()
{
    end();
}

void BootedSystem::boot(Root root)
{
    auto const lower = boot_directory() / (root == Root::base ? "base" : "installed");
    auto const console_file = fs::path{log_.file()}.replace_extension("console");
    auto const console = ::open(console_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (console < 0) throw std::system_error{errno, std::generic_category(), console_file};
    launcher_ = start_command({"setpriv", "--pdeathsig", "KILL", "unshare", "--mount", "--pid", "--fork",
                               "--kill-child=KILL", "--mount-proc", USAGED_BOOT_SCRIPT, lower, group_},
                              console);
    ::close(console);
    std::string state;
    auto const is_up = [&] {
        if (!find_init()) return false;
        state = ask("systemctl is-system-running --wait").output;
        return state == "running\n" || state == "degraded\n";
    };
    if (!eventually(is_up, std::chrono::seconds{60}))
        throw std::runtime_error{"the system does not boot: " + state + read_file(console_file)};
    if (state != "running\n") throw std::runtime_error{"the system is " + state + ask("systemctl --failed").output};
}

bool BootedSystem::find_init()
{
    init_ = child_of(child_of(launcher_));
    return init_ > 0 && name_of(init_) == "systemd";
}

void BootedSystem::enter_network()
{
    own_network_ = open_network("/proc/thread-self/ns/net");
    auto const network = open_network(proc(init_, "ns/net"));
    auto const result = ::setns(network, CLONE_NEWNET);
    auto const error = errno;
    ::close(network);
    if (result != 0) throw std::system_error{error, std::generic_category(), "setns"};
}

// A control group can be removed as soon as the last process in it has gone.
void BootedSystem::end()
{
    if (own_network_ >= 0) {
        ::setns(own_network_, CLONE_NEWNET);
        ::close(own_network_);
    }
    if (launcher_ < 0) return;
    ::kill(launcher_, SIGKILL);
    exit_status_of(launcher_);
    auto const find = "find /sys/fs/cgroup -maxdepth 2 -name " + group_ + " -prune";
    eventually([&] {
        run_command({"sh", "-c", find + " -exec find {} -depth -type d -delete \\; 2>/dev/null"});
        return run_command({"sh", "-c", find}).output.empty();
    });
}

Ran BootedSystem::ask(std::string const& script) const
{
    return run_command({"timeout", "--signal=KILL", "120", "nsenter", "--target", std::to_string(init_), "--all", "env",
                        "-i", "--chdir=/", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                        "HOME=/root", "LC_ALL=C.UTF-8", "TERM=dumb", "bash", "-c", script});
}

Ran BootedSystem::run(std::string const& script) const
{
    auto ran = ask(script);
    log_.command(script, ran.status, ran.output);
    return ran;
}

std::string BootedSystem::must(std::string const& script) const
{
    auto ran = run(script);
    if (ran.status != 0)
        throw std::runtime_error{script + " ended with " + std::to_string(ran.status) + ":\n" + ran.output};
    return ran.output;
}

fs::path BootedSystem::path(fs::path const& inside) const
{
    return fs::path{proc(init_, "root")} / inside.relative_path();
}

} // namespace usaged::test
