#include "tests/boot/service.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string_view>

namespace usaged::test {
namespace {

namespace fs = std::filesystem;

/// The lines of all blocks of shell of a document, in their order.
std::vector<std::string> documented_commands(std::string const& document)
{
    std::ifstream in{std::string{USAGED_SOURCE_DIR "/docs/"} + document};
    std::vector<std::string> commands;
    bool inside = false;
    for (std::string line; std::getline(in, line);) {
        if (line.starts_with("```"))
            inside = line == "```sh";
        else if (inside)
            commands.push_back(line);
    }
    return commands;
}

/// What a person does in an editor or a browser: other tests do it.
bool needs_a_person(std::string const& command)
{
    return command.starts_with("sudoedit ") || command.ends_with(" login");
}

/// A system where a document is followed from its first command to its last. Questions are answered with yes, and a
/// secret that is asked for is given.
struct Reader {
    Reader()
    {
        fs::copy_file(package_file(), installed.system.path("/root") / "usaged_0.1.0_amd64.deb");
        write_file(installed.system.path("/root/yes"), "y\n");
        write_file(installed.system.path("/root/secret"), installed.simulator.client_secret() + '\n', fs::perms{0600});
        installed.simulator.script(Endpoint::usage, answer(404)); // so that there is an error to look for
        installed.service.start();
        installed.service.wait_for_log("poll_failed");
        installed.service.systemctl("kill --signal=USR1");
        installed.service.wait_for_log("snapshot_committed");
    }

    void follow(std::string const& document, void (*before)(Reader const&, std::string const&) = nullptr)
    {
        auto const commands = documented_commands(document);
        REQUIRE(commands.size() > 5);
        for (auto const& command : commands) {
            if (before != nullptr) before(*this, command);
            if (needs_a_person(command)) continue;
            auto const* const input = command.find("/dev/stdin") == std::string::npos ? "yes" : "secret";
            auto const ran = installed.system.run("cd /root; " + command + " <" + input);
            CAPTURE(command);
            CAPTURE(ran.output);
            CHECK(ran.status == 0);
        }
    }

    InstalledService installed;
};

/// What the person's editor would have written, and the token that the sign-in would have brought.
void prepare_account(Reader const& reader, std::string const& command)
{
    if (command.starts_with("sudo usaged -c /etc/usaged/contoso/usaged.yaml login"))
        reader.installed.system.must("install -m 0600 /etc/usaged/refresh_token /etc/usaged/contoso/refresh_token");
    if (command.starts_with("sudo usaged -c /etc/usaged/contoso/usaged.yaml status"))
        Service{reader.installed.system, reader.installed.simulator, "contoso"}.wait_for_log("snapshot_committed");
}

} // namespace

TEST_CASE("every command of the chapter on operations works as it stands")
{
    Reader{}.follow("operations.md");
}

TEST_CASE("every command of the chapter on upgrades works as it stands, from the backup to the purge")
{
    Reader reader;
    reader.follow("upgrade.md");
    CHECK(reader.installed.system.ask("test -e /var/lib/usaged").status != 0);
}

TEST_CASE("every command of the chapter on several accounts works as it stands")
{
    Reader{}.follow("accounts.md", prepare_account);
}

} // namespace usaged::test
