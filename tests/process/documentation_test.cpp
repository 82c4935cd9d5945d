#include "daemon/fault/error.h"
#include "tests/process/installation.h"
#include "tests/process/manual_page.h"
#include "tests/process/words.h"
#include "tests/support/free_port.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <sstream>
#include <string_view>
#include <sys/wait.h>
#include <unistd.h>

namespace usaged::test {
namespace {

struct Document {
    std::string name;
    std::string text;
};

/// What people read, in the order of its names.
std::vector<Document> documents()
{
    std::filesystem::path const root{USAGED_SOURCE_DIR};
    std::vector<Document> all{{"README.md", read_file(root / "README.md")},
                              {"CONTRIBUTING.md", read_file(root / "CONTRIBUTING.md")}};
    for (auto const& entry : std::filesystem::directory_iterator{root / "docs"})
        if (entry.path().extension() == ".md") all.push_back({entry.path().filename(), read_file(entry.path())});
    std::ranges::sort(all, {}, &Document::name);
    return all;
}

/// The contents of the code blocks of a language, each without its indentation.
std::vector<std::string> blocks(std::string const& text_of_manual, std::string const& language)
{
    std::vector<std::string> out;
    std::istringstream lines{text_of_manual};
    std::size_t indentation = 0;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        auto const start = line.find_first_not_of(' ');
        auto const text = start == std::string::npos ? std::string{} : line.substr(start);
        if (inside && text == "```") {
            inside = false;
        } else if (inside) {
            out.back() += line.substr(std::min(indentation, line.size())) + '\n';
        } else if (text == "```" + language) {
            inside = true;
            indentation = start;
            out.emplace_back();
        }
    }
    return out;
}

/// A history with revisions and with a poll that failed.
void make_history(Installation& site)
{
    do {
        REQUIRE(site.fetch().status == 0);
        site.simulator.advance();
    } while (site.revisions().empty() || site.polls().size() < 10);
    site.simulator.script(Endpoint::usage, answer(404));
    REQUIRE(site.fetch().status == 69);
}

std::string replaced(std::string text, std::string_view from, std::string const& to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

int shell(std::string const& command)
{
    auto const status = std::system((command + " >/dev/null").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Every line of a block of shell.
std::vector<std::string> documented_commands()
{
    std::vector<std::string> commands;
    for (auto const& document : documents())
        for (auto const& block : blocks(document.text, "sh")) {
            std::istringstream lines{block};
            for (std::string line; std::getline(lines, line);)
                if (!line.empty()) commands.push_back(line);
        }
    return commands;
}

/// Commands that do not run here, by what they need.
Words const left_out{
    // A build of its own: .ci/run and .ci/check-unit, which installs into a folder, execute these.
    "script/demo",
    "script/test",
    "script/bootstrap --build",
    "cmake --preset release",
    "cmake --build --preset release --target usaged",
    "sudo cmake --install build/release",
    "sudo systemd-sysusers",
    "sudo systemd-tmpfiles --create",
    // The package, the user that it makes, and a booted systemd: tests/boot.
    "sudo apt install ./usaged_0.1.0_amd64.deb",
    "sudo apt install --allow-downgrades ./usaged_0.1.0_amd64.deb",
    "sudo apt remove usaged",
    "sudo apt purge usaged",
    "sudo install -d -m 0750 -o root -g usaged /etc/usaged/contoso",
    "sudo install -m 0640 -o root -g usaged /etc/usaged/usaged.yaml /etc/usaged/contoso/usaged.yaml",
    "sudo rm -f /var/lib/usaged/usage.db-wal /var/lib/usaged/usage.db-shm",
    "sudo install -m 0640 -o usaged -g usaged /var/backups/usaged.db /var/lib/usaged/usage.db",
    "sudo systemctl daemon-reload",
    "sudo systemctl enable --now usaged",
    "sudo systemctl disable --now usaged",
    "sudo systemctl enable --now usaged@contoso",
    "sudo systemctl disable --now usaged@contoso",
    "sudo systemctl start usaged",
    "sudo systemctl stop usaged",
    "sudo systemctl restart usaged",
    "sudo systemctl reload usaged",
    "sudo systemctl kill -s USR1 usaged",
    "sudo journalctl -u usaged --since today",
    "sudo journalctl -u usaged -p warning --since -7d",
    "sudo journalctl -u usaged USAGED_EVENT=poll_failed -n 1 -o verbose",
    "sudo journalctl -u usaged USAGED_DATASET=partner_licenses_usage USAGED_EVENT=snapshot_committed",
    "sudo journalctl -u usaged@contoso -n 50",
    // A person.
    "sudoedit /etc/usaged/usaged.yaml",
    "sudoedit /etc/usaged/contoso/usaged.yaml",
    "sudo usaged login",
    "sudo usaged -c /etc/usaged/contoso/usaged.yaml login",
    // A program that is not in Debian.
    "datasette serve /var/lib/usaged/usage.db",
};

/// A machine as the documentation has it, with a daemon at work and a second account.
struct DocumentedSite {
    DocumentedSite()
    {
        make_history(site);
        site.simulator.advance();
        REQUIRE(site.fetch().status == 0);
        std::filesystem::create_directories(etc / "contoso");
        auto const account = site.state() / "contoso";
        std::filesystem::create_directory(account);
        REQUIRE(site.usaged({"backup", (account / "usage.db").string()}).status == 0);
        write_file(etc / "contoso" / "usaged.yaml",
                   replaced(read_file(site.configuration), site.state().string(), account.string()));
    }

    /// The command, with the paths, the port and the program of the test.
    std::string here(std::string command) const
    {
        command = replaced(command, "sudo ", "");
        command = replaced(command, "/var/lib/usaged", site.state().string());
        command = replaced(command, "/var/backups", working_directory.path().string());
        command = replaced(command, "/etc/usaged", etc.string());
        command = replaced(command, "/usr/share/doc/usaged/examples", USAGED_SOURCE_DIR "/docs/monitoring");
        command = replaced(command, "127.0.0.1:9815", "127.0.0.1:" + std::to_string(port));
        if (command.starts_with("usaged ")) {
            bool const configured = command.find(" -c ") != std::string::npos;
            command = USAGED_BINARY + (configured ? "" : " -c " + site.configuration.string()) + command.substr(6);
        }
        if (command.find("/dev/stdin") != std::string::npos) command += " </dev/null";
        return "cd '" + working_directory.path().string() + "' && " + command;
    }

    std::uint16_t port = free_port();
    Installation site{{{"metrics.listen", "127.0.0.1:" + std::to_string(port)}}};
    TempDir working_directory;
    std::filesystem::path etc = site.directory.path() / "etc";
};

/// What GitHub makes of the headings for links to them.
Words anchors(std::string const& text)
{
    std::istringstream lines{text};
    Words found;
    for (std::string line; std::getline(lines, line);) {
        if (!line.starts_with('#')) continue;
        std::string anchor;
        for (char const c : line.substr(line.find_first_not_of("# "))) {
            if (c == ' ' || c == '-') anchor += '-';
            if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_')
                anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
        found.insert(anchor);
    }
    return found;
}

/// The names in the first column of the table below a heading.
Words first_column(std::string const& text, std::string const& heading)
{
    auto const start = text.find("\n" + heading + "\n");
    REQUIRE(start != std::string::npos);
    std::istringstream lines{text.substr(start + 1 + heading.size())};
    Words names;
    for (std::string line; std::getline(lines, line) && !line.starts_with('#');)
        if (line.starts_with("| `")) names.insert(line.substr(3, line.find('`', 3) - 3));
    return names;
}

} // namespace

TEST_CASE("the unit hands over every credential that the shipped configuration names")
{
    auto const configuration = read_file(USAGED_SOURCE_DIR "/config/usaged.yaml");
    auto const unit = read_file(USAGED_SOURCE_DIR "/systemd/usaged.service.in");
    auto const active = [](std::string const& text, std::string_view part) {
        auto lines = lines_with(text, part);
        std::erase_if(lines, [](std::string const& line) { return line[line.find_first_not_of(' ')] == '#'; });
        return lines;
    };
    // The example names the others in comments.
    for (std::string const name : {"client_secret", "app_key", "refresh_token", "proxy_password"}) {
        CAPTURE(name);
        CHECK(configuration.find("{credential: " + name + '}') != std::string::npos);
        CHECK(active(unit, "LoadCredential=" + name + ":@configuration_directory@/" + name).size() == 1);
        CHECK(active(unit, "SetCredential=" + name + R"(:\n)").size() == 1);
    }
}

// Those of docs/sql.md: cookbook_test.cpp.
TEST_CASE("every SQL statement of the documentation answers something")
{
    Installation site;
    make_history(site);
    std::size_t statements = 0;
    for (auto const& document : documents()) {
        if (document.name == "sql.md") continue;
        CAPTURE(document.name);
        for (auto const& statement : blocks(document.text, "sql")) {
            CAPTURE(statement);
            CHECK_FALSE(site.query(statement).empty());
            ++statements;
        }
    }
    CHECK(statements >= 8);
}

TEST_CASE("every command of the documentation works")
{
    DocumentedSite const documented;
    Daemon daemon{documented.site};
    daemon.wait_until_idle();
    for (auto const& command : documented_commands()) {
        if (left_out.contains(command)) continue;
        CAPTURE(command);
        if (command.starts_with("promtool ") && ::access("/usr/bin/promtool", X_OK) != 0) {
            MESSAGE("not executed, /usr/bin/promtool (Debian: prometheus) is missing");
            continue;
        }
        CHECK(shell("( " + documented.here(command) + " )") == 0);
    }
}

TEST_CASE("no command is left out that the documentation does not have")
{
    auto const commands = documented_commands();
    CHECK(difference(left_out, Words{commands.begin(), commands.end()}).find("superfluous") == std::string::npos);
}

TEST_CASE("every link between documents leads to a file, and to a heading where it names one")
{
    std::filesystem::path const root{USAGED_SOURCE_DIR};
    std::size_t links = 0;
    for (auto const& document : documents()) {
        auto const folder = std::filesystem::exists(root / document.name) ? root : root / "docs";
        std::regex const link{R"(\]\(([^)#:]*)(#([^)]*))?\))"};
        for (std::sregex_iterator match{document.text.begin(), document.text.end(), link}, end; match != end; ++match) {
            CAPTURE(document.name);
            CAPTURE(match->str());
            auto const file = match->str(1).empty() ? folder / document.name : folder / match->str(1);
            REQUIRE(std::filesystem::exists(file));
            if ((*match)[3].matched) CHECK(anchors(read_file(file)).contains(match->str(3)));
            ++links;
        }
    }
    CHECK(links > 20);
}

TEST_CASE("the operations manual has every event of the log, as usaged(8) has them, and every category of errors")
{
    auto const text = read_file(USAGED_SOURCE_DIR "/docs/operations.md");
    auto const events = ManualPage{USAGED_SOURCE_DIR "/docs/man/usaged.8"}.names("Events", "Cm");
    CHECK(difference(first_column(text, "## The log"), Words{events.begin(), events.end()}) == "");
    Words categories;
    for (int number = 0; number <= static_cast<int>(ErrorCategory::config); ++number) {
        auto const category = static_cast<ErrorCategory>(number);
        auto const name = std::string{to_string(category)};
        categories.insert(name);
        CAPTURE(name);
        CHECK(text.find("\n| `" + name + "` | " + std::to_string(exit_status(category)) + " |") != std::string::npos);
    }
    CHECK(difference(first_column(text, "## Categories of errors"), categories) == "");
}

} // namespace usaged::test
