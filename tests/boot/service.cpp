#include "tests/boot/service.h"

#include "tests/boot/eventually.h"
#include "tests/process/history_rows.h"
#include "tests/process/secret_search.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <exception>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

/// Copies a file that configure() may have written into the system.
void install_file(BootedSystem const& system, fs::path const& from, fs::path const& to, std::string const& ownership)
{
    if (!fs::exists(from)) return;
    auto const staged = system.path("/run/staged");
    write_file(staged, read_file(from), fs::perms{0600});
    system.must("install -D " + ownership + " /run/staged " + to.string());
    fs::remove(staged);
}

std::vector<std::string> lines_of(std::string const& text)
{
    std::istringstream in{text};
    std::vector<std::string> lines;
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
}

/// Empty if there is no such file.
std::string content_of(fs::path const& file)
{
    return fs::is_regular_file(file) ? read_file(file) : std::string{};
}

} // namespace

Settings installed_settings(Settings const& overrides)
{
    Settings settings{
        {"http.ca_file", "/etc/usaged/ca.pem"},
        {"partner_center.client_secret", "{credential: client_secret}"},
        {"partner_center.refresh_token", "{credential: refresh_token}"},
        {"state_dir", ""},
        {"storage.sqlite", ""},
    };
    for (auto const& [key, value] : overrides) settings[key] = value;
    return settings;
}

Service::Service(BootedSystem const& system, Simulator const& simulator, std::string account)
    : system_{system}, simulator_{simulator}, unit_{account.empty() ? "usaged.service"
                                                                    : "usaged@" + account + ".service"},
      configuration_directory_{fs::path{"/etc/usaged"} / account}, state_directory_{fs::path{"/var/lib/usaged"} /
                                                                                    account}
{
}

void Service::configure(Settings const& overrides) const
{
    TempDir const directory;
    auto settings = installed_settings(overrides);
    if (!overrides.contains("http.ca_file")) settings["http.ca_file"] = (configuration_directory_ / "ca.pem").string();
    auto const file = simulator_.configuration(directory.path(), settings);
    install_file(system_, file, configuration_directory_ / "usaged.yaml", "-m 0640 -g usaged");
    install_file(system_, directory.path() / "ca.pem", configuration_directory_ / "ca.pem", "-m 0644");
    for (auto const* secret : {"client_secret", "refresh_token"})
        install_file(system_, directory.path() / secret, configuration_directory_ / secret, "-m 0600");
}

void Service::start() const
{
    system_.must("systemctl start " + unit_);
}

Ran Service::systemctl(std::string const& command) const
{
    return system_.run("systemctl " + command + ' ' + unit_);
}

std::string Service::property(std::string const& name) const
{
    auto value = system_.ask("systemctl show --value --property=" + name + ' ' + unit_).output;
    if (value.ends_with('\n')) value.pop_back();
    return value;
}

void Service::wait_for_property(std::string const& name, std::string const& value) const
{
    if (!eventually([&] { return property(name) == value; }))
        throw std::runtime_error{name + " of " + unit_ + " is " + property(name) + ", not " + value + ":\n" +
                                 system_.ask("systemctl status " + unit_).output};
    system_.log().remark(unit_ + " has " + name + '=' + value);
}

JournalEntry Service::wait_for_log(std::string_view text, std::size_t count) const
{
    return wait_for_message(system_, unit_, text, count);
}

void Service::drop_in(std::string const& directives) const
{
    auto const directory = "/etc/systemd/system/" + unit_ + ".d";
    fs::create_directories(system_.path(directory));
    write_file(system_.path(directory + "/test.conf"), "[Service]\n" + directives + '\n');
    system_.log().remark("a drop-in says " + directives);
    system_.must("systemctl daemon-reload");
}

fs::path Service::state(std::string const& name) const
{
    return system_.path(state_directory_) / name;
}

// By a program in the system: SQLite in this process would follow the links of /proc out of it.
std::vector<std::string> Service::query(std::string const& sql) const
{
    auto const database = (state_directory_ / "usage.db").string();
    auto const ran = system_.ask("sqlite3 -readonly -bail -list " + database + " <<'SQL'\n" + sql + ";\nSQL");
    if (ran.status != 0) throw std::runtime_error{database + ": " + sql + ": " + ran.output};
    return lines_of(ran.output);
}

std::vector<std::string> Service::stored_rows() const
{
    auto rows = query("SELECT processed_date_time, service_name, workload_name, channel, "
                      "printf('%!.17g', prorated_licenses_usage_percent) FROM partner_licenses_usage "
                      "ORDER BY 1, 2, 3, 4");
    for (auto& row : rows) {
        auto const value = row.rfind('|') + 1;
        row.replace(value, std::string::npos, shortest_number(std::stod(row.substr(value))));
    }
    return rows;
}

std::vector<std::string> Service::polls() const
{
    return query(R"(SELECT "trigger", outcome, error_category FROM poll ORDER BY id)");
}

InstalledService::InstalledService(Settings const& overrides, SimulatorOptions const& options)
    : system{Root::installed}, simulator{options}, service{system, simulator}
{
    service.configure(overrides);
}

InstalledService::~InstalledService()
{
    try {
        check_secrets(system, simulator, service);
    } catch (std::exception const& error) {
        FAIL_CHECK("the search for secrets failed: " << error.what());
    }
}

void check_secrets(BootedSystem const& system, Simulator const& simulator, Service const& service)
{
    system.run("journalctl --quiet --output=short-precise --unit=" + service.unit());
    auto const secrets = simulator.secrets();
    auto const search = [&](std::string const& text, std::string const& place) {
        for (auto const& leak : leaks(secrets, text, place)) FAIL_CHECK(leak);
    };
    search(system.log().text(), "the output of commands");
    search(system.ask("journalctl --quiet --all --output=export").output, "the journal");
    search(system.ask("cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ").output, "what processes show");
    search(
        system.ask("find /etc /run /tmp /var/lib /var/tmp -newer /proc/1/cmdline -printf '%p\\n' 2>/dev/null").output,
        "names of files");
    for (auto const* suffix : {"", "-wal", "-shm"})
        search(content_of(service.state(std::string{"usage.db"} + suffix)), std::string{"usage.db"} + suffix);
}

} // namespace usaged::test
