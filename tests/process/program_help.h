#pragma once

#include "tests/process/words.h"

#include <map>
#include <string>
#include <vector>

namespace usaged::test {

/// What `usaged --help` or `usaged COMMAND --help` says.
struct ProgramHelp {
    Words options;                        ///< every spelling: `-c`, `--config`
    std::map<std::string, Words> choices; ///< the words that an option takes, where they are listed
    std::vector<std::string> commands;    ///< in their order
};

/// Asks the program. `command` is empty for its own help.
ProgramHelp program_help(std::string const& command = {});

} // namespace usaged::test
