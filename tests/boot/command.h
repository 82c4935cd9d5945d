#pragma once

#include <string>
#include <sys/types.h>
#include <vector>

namespace usaged::test {

/// What a command came to.
struct Ran {
    int status = 0;     ///< 128 and the signal's number if one ended it
    std::string output; ///< standard output and standard error, as they came
};

/// Runs a program, found on PATH, to the end of its output. Standard input is empty.
Ran run_command(std::vector<std::string> const& words);

/// Starts one and leaves it running; what it writes goes to the descriptor `output`.
pid_t start_command(std::vector<std::string> const& words, int output);

/// Blocks until the process, a child, has ended.
int exit_status_of(pid_t child);

} // namespace usaged::test
