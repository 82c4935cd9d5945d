#include "tests/boot/eventually.h"
#include "tests/boot/quick_start.h"
#include "tests/boot/service.h"
#include "tests/process/browser.h"
#include "tests/process/history_rows.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

/// What the person has at hand: the package, and the configuration that an editor writes for them.
void prepare_home(BootedSystem const& system, Simulator const& simulator)
{
    fs::copy_file(package_file(), system.path("/home/admin") / package_file().filename());
    TempDir const directory;
    auto settings = installed_settings({{"partner_center.client_secret", ""}, {"partner_center.refresh_token", ""}});
    settings["http.ca_file"] = "/etc/simulator.pem";
    auto const configuration = simulator.configuration(directory.path(), settings);
    write_file(system.path("/home/admin/filled-in.yaml"), read_file(configuration));
    write_file(system.path("/etc/simulator.pem"), simulator.ca_pem());
}

/// Runs a command as a person types it who is not root, and says yes if asked. The editor fills in the configuration.
void type(BootedSystem const& system, std::string const& command)
{
    write_file(system.path("/home/admin/typed"), command + '\n');
    auto const ran = system.ask("cd /home/admin; echo y | runuser -u admin -- "
                                "env EDITOR='cp /home/admin/filled-in.yaml' bash ./typed");
    system.log().command(command, ran.status, ran.output);
    REQUIRE(ran.status == 0);
}

/// What has been written on the terminal of `sign_in` so far.
std::string screen(BootedSystem const& system)
{
    auto const file = system.path("/home/admin/screen");
    return fs::exists(file) ? read_file(file) : std::string{};
}

/// The address that is to be opened in a browser; empty as long as there is none.
std::string address_on(std::string const& screen, Simulator const& simulator)
{
    auto const start = screen.find(simulator.base_url());
    auto const end = screen.find_first_of("\r\n", start);
    return start == std::string::npos || end == std::string::npos ? std::string{} : screen.substr(start, end - start);
}

/// Runs a command on a terminal, and signs in with the browser at the address that it shows.
void type_and_sign_in(BootedSystem const& system, Simulator const& simulator, std::string const& command)
{
    write_file(system.path("/home/admin/typed"), command + '\n');
    system.ask("cd /home/admin; { tail -f /dev/null | runuser -u admin -- script --quiet --flush --return "
               "--command 'bash ./typed; echo ended with $?' screen; } >/dev/null 2>&1 &");
    std::string address;
    if (!eventually([&] { return !(address = address_on(screen(system), simulator)).empty(); }))
        throw std::runtime_error{"no address to sign in at:\n" + screen(system)};
    CHECK(Browser::open(Browser{simulator}.sign_in(address)).status == 200);
    eventually([&] { return screen(system).find("\nended with ") != std::string::npos; });
    auto const shown = screen(system);
    system.log().command(command, 0, shown);
    CHECK(shown.find("Signed in as " + simulator.user_name()) != std::string::npos);
    CHECK(shown.find("\nended with 0") != std::string::npos);
}

} // namespace

TEST_CASE("from the package to the first row in the database it takes the four commands of the README")
{
    auto const commands = quick_start_commands();
    REQUIRE(commands.size() == 4);
    BootedSystem const system{Root::base};
    SimulatorOptions options;
    options.public_client = true;
    Simulator const simulator{options};
    Service const service{system, simulator};
    prepare_home(system, simulator);
    for (auto const& command : commands) {
        if (command.find("usaged login") == std::string::npos)
            type(system, command);
        else
            type_and_sign_in(system, simulator, command);
    }
    service.wait_for_log("snapshot_committed");
    CHECK(service.stored_rows() == history_rows(simulator, 0));
    CHECK(system.must("systemctl is-enabled usaged") == "enabled\n");
    system.must("sudo sqlite3 -readonly -box /var/lib/usaged/usage.db 'SELECT * FROM latest_partner_licenses_usage'");
    check_secrets(system, simulator, service);
}

} // namespace usaged::test
