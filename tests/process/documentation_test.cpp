#include "tests/process/installation.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>
#include <sys/wait.h>

namespace usaged::test {
namespace {

std::string const readme = read_file(USAGED_SOURCE_DIR "/README.md");
std::string const documentation =
    readme + read_file(USAGED_SOURCE_DIR "/docs/sign-in.md") + read_file(USAGED_SOURCE_DIR "/docs/sql.md");

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

/// Commands that do not run here: .ci/run and .ci/check-unit, which installs into a folder, execute the first ones.
bool is_left_out(std::string const& command)
{
    static constexpr std::array<std::string_view, 10> commands{
        "script/demo",
        "script/test",
        "script/bootstrap",
        "cmake --preset release",
        "cmake --build --preset release",
        "sudo cmake --install build/release",
        "sudo systemd-sysusers",
        // These need a booted systemd.
        "sudo systemctl ",
        "sudo systemd-run ",
        // This one needs a person.
        "usaged login",
    };
    return std::any_of(commands.begin(), commands.end(),
                       [&](std::string_view prefix) { return command.starts_with(prefix); });
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

TEST_CASE("every documented systemd-run has the state and the credentials of the unit")
{
    auto const commands = lines_with(documentation, "systemd-run ");
    REQUIRE(commands.size() >= 3);
    for (auto const& command : commands) {
        CAPTURE(command);
        CHECK(command.find(" --uid=usaged --gid=usaged ") != std::string::npos);
        CHECK(command.find(" -p StateDirectory=usaged ") != std::string::npos);
        CHECK(command.find(" -p LoadCredential=client_secret:/etc/usaged/client_secret ") != std::string::npos);
    }
}

// Those of docs/sql.md: cookbook_test.cpp.
TEST_CASE("every SQL statement of the README answers something")
{
    Installation site;
    make_history(site);
    auto const statements = blocks(readme, "sql");
    REQUIRE(statements.size() >= 5);
    for (auto const& statement : statements) {
        CAPTURE(statement);
        CHECK_FALSE(site.query(statement).empty());
    }
}

TEST_CASE("every command of the documentation works")
{
    Installation site;
    TempDir const here_made;
    make_history(site);
    site.simulator.advance();
    REQUIRE(site.fetch().status == 0);
    for (auto const& block : blocks(documentation, "sh")) {
        std::istringstream lines{block};
        for (std::string command; std::getline(lines, command);) {
            CAPTURE(command);
            if (command.empty() || is_left_out(command)) continue;
            auto here = replaced(command, "sudo ", "");
            here = replaced(here, "/var/lib/usaged", site.state().string());
            here = replaced(here, "/etc/usaged", site.directory.path().string());
            if (here.starts_with("usaged"))
                here = USAGED_BINARY + here.substr(6) + " -c " + site.configuration.string();
            if (here.find("/dev/stdin") != std::string::npos) here += " </dev/null";
            CHECK(shell("cd '" + here_made.path().string() + "' && " + here) == 0);
        }
    }
}

} // namespace usaged::test
