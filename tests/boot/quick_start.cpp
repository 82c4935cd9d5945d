#include "tests/boot/quick_start.h"

#include <fstream>
#include <stdexcept>
#include <string_view>

namespace usaged::test {
namespace {

/// Reads on behind the line. False if there is none.
bool skip_to(std::ifstream& in, std::string_view wanted)
{
    for (std::string line; std::getline(in, line);)
        if (line == wanted) return true;
    return false;
}

/// Without a comment at its end.
std::string command_of(std::string const& line)
{
    auto const text = line.substr(0, line.find(" #"));
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

} // namespace

std::vector<std::string> quick_start_commands()
{
    std::ifstream in{USAGED_SOURCE_DIR "/README.md"};
    std::vector<std::string> commands;
    if (skip_to(in, "### Install") && skip_to(in, "```sh"))
        for (std::string line; std::getline(in, line) && line != "```";)
            if (auto command = command_of(line); !command.empty()) commands.push_back(std::move(command));
    if (commands.empty()) throw std::runtime_error{"README.md has no block of shell below `### Install`"};
    return commands;
}

} // namespace usaged::test
