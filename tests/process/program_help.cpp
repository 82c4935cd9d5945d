#include "tests/process/program_help.h"

#include "tests/process/usaged_process.h"

#include <doctest/doctest.h>

#include <regex>

namespace usaged::test {
namespace {

Words split(std::string const& text)
{
    static std::regex const comma{","};
    return {std::sregex_token_iterator{text.begin(), text.end(), comma, -1}, std::sregex_token_iterator{}};
}

} // namespace

ProgramHelp program_help(std::string const& command)
{
    static std::regex const option{"  (-[-a-z,]+)(?: [A-Z]+:\\{(.*)\\})?.*"};
    static std::regex const subcommand{"  ([a-z]+) .*"};
    std::vector<std::string> arguments;
    if (!command.empty()) arguments.push_back(command);
    arguments.emplace_back("--help");
    auto const ended = run_usaged(arguments);
    REQUIRE(ended.status == 0);

    ProgramHelp help;
    std::smatch match;
    for (auto const& line : lines_with(ended.output, "")) {
        if (std::regex_match(line, match, option)) {
            for (auto const& spelling : split(match.str(1))) {
                help.options.insert(spelling);
                if (match[2].matched) help.choices[spelling] = split(match.str(2));
            }
        } else if (std::regex_match(line, match, subcommand)) {
            help.commands.push_back(match.str(1));
        }
    }
    return help;
}

} // namespace usaged::test
