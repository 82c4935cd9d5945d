#include "daemon/dataset/dataset.h"
#include "tests/process/program_help.h"
#include "tests/process/usaged_process.h"
#include "tests/process/words.h"
#include "tests/support/temp_dir.h"

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

namespace usaged::test {
namespace {

/// One of the shells, and the command that makes it say what it offers: after it comes the line, in quotes.
struct Shell {
    char const* program;
    char const* command;

    bool missing() const { return !std::filesystem::exists(program); }
};

constexpr Shell bash{"/usr/bin/bash", "bash tests/process/complete.bash docs/completion/usaged.bash"};
constexpr Shell zsh{"/usr/bin/zsh", "zsh -f tests/process/complete.zsh docs/completion"};
constexpr Shell fish{"/usr/bin/fish",
                     "fish --no-config -c 'source docs/completion/usaged.fish; complete -C \"$argv\"'"};

std::string output_of(std::string const& command)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> const pipe{::popen(command.c_str(), "r"), ::pclose};
    REQUIRE(pipe);
    std::string output;
    std::array<char, 4096> buffer{};
    while (auto const count = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
        output.append(buffer.data(), count);
    return output;
}

/// Asks a shell in a home of its own, so that nobody's settings play a part.
class Completion {
public:
    explicit Completion(Shell const& shell) : shell_{shell}
    {
        write_file(home_.path() / "here.yaml", "");
        std::filesystem::create_directory(home_.path() / "folder");
    }

    std::string home() const { return home_.path().string(); }

    /// What is offered for the end of the line.
    Words offers(std::string const& line) const
    {
        auto const output =
            output_of("cd '" USAGED_SOURCE_DIR "' && HOME='" + home() + "' XDG_CONFIG_HOME='" + home() +
                      "' XDG_DATA_HOME='" + home() + "' TERM=xterm timeout 30 " + shell_.command + " '" + line + "'");
        Words found;
        for (auto const& offer : lines_with(output, "")) found.insert(offer.substr(0, offer.find('\t')));
        return found;
    }

    /// The name of the only file that is offered.
    std::string file_offered(std::string const& line) const
    {
        auto const found = offers(line);
        return found.size() == 1 ? std::filesystem::path{*found.begin()}.filename().string() : std::string{};
    }

private:
    Shell const& shell_;
    TempDir home_;
};

Words united(Words words, Words const& others)
{
    words.insert(others.begin(), others.end());
    return words;
}

Words dataset_names(bool dated_only)
{
    Words names;
    for (auto const& dataset : datasets())
        if (!dated_only || dataset.collection == Collection::commercial) names.emplace(dataset.name);
    return names;
}

void check_commands_and_options(Shell const& shell)
{
    Completion const completion{shell};
    auto const program = program_help();
    CHECK(difference(completion.offers("usaged "), Words{program.commands.begin(), program.commands.end()}) == "");
    CHECK(difference(completion.offers("usaged -c fetch --log-level debug st"), {"status"}) == "");
    CHECK(difference(completion.offers("usaged -"), program.options) == "");
    for (auto const& command : program.commands) {
        CAPTURE(command);
        CHECK(difference(completion.offers("usaged " + command + " -"),
                         united(program_help(command).options, program.options)) == "");
    }
}

void check_values(Shell const& shell)
{
    Completion const completion{shell};
    auto choices = program_help().choices;
    choices.merge(program_help("fetch").choices);
    REQUIRE(choices.size() == 3);
    for (auto const& choice : choices) {
        auto const& option = choice.first;
        CAPTURE(option);
        CHECK(difference(completion.offers("usaged fetch " + option + " "), choice.second) == "");
    }
    CHECK(difference(completion.offers("usaged fetch "), dataset_names(false)) == "");
    CHECK(difference(completion.offers("usaged backfill --from 2026-01-01 "), dataset_names(true)) == "");
    for (auto const* const line : {"usaged -c ", "usaged check --config ", "usaged backup "}) {
        CAPTURE(line);
        CHECK(completion.file_offered(line + completion.home() + "/he") == "here.yaml");
    }
}

} // namespace

TEST_CASE("bash offers the commands, options and values that the program has")
{
    check_commands_and_options(bash);
    check_values(bash);
    CHECK(difference(Completion{bash}.offers("usaged --log-format=jo"), {"journal"}) == ""); // three words to readline
}

TEST_CASE("zsh offers the commands, options and values that the program has" * doctest::skip(zsh.missing()) *
          doctest::description("skipped where /usr/bin/zsh is not installed (Debian: zsh)"))
{
    check_commands_and_options(zsh);
    check_values(zsh);
}

TEST_CASE("fish offers the commands, options and values that the program has" * doctest::skip(fish.missing()) *
          doctest::description("skipped where /usr/bin/fish is not installed (Debian: fish)"))
{
    check_commands_and_options(fish);
    check_values(fish);
}

} // namespace usaged::test
