#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace usaged::test {

/// What a whole process took, by the kernel's account.
struct ProcessCost {
    double seconds = 0;           ///< from its start to its end
    double cpu_seconds = 0;       ///< in the program and in the kernel for it
    std::int64_t peak_memory = 0; ///< bytes that were resident at once
};

/// Runs a program to its end, without what it writes to standard output. The caller should be small: the kernel counts
/// what was resident before the program began as the program's.
/// Throws std::runtime_error if it does not exit with 0.
ProcessCost run_program(std::filesystem::path const& program, std::vector<std::string> arguments);

} // namespace usaged::test
