#pragma once

#include <cstdint>
#include <functional>
#include <vector>

namespace usaged::test {

/// What a part of a case took.
struct Lap {
    double seconds = 0;     ///< on the wall
    double cpu_seconds = 0; ///< of the processor, in the program and in the kernel for it
};

/// What one case took, in a process of its own.
struct Cost {
    std::vector<Lap> laps;
    std::int64_t peak_memory = 0; ///< bytes that the process grew by at most
};

/// Times laps of the case.
class Laps {
public:
    /// Times `work`.
    void lap(std::function<void()> const& work);
    std::vector<Lap> const& taken() const { return taken_; }

private:
    std::vector<Lap> taken_;
};

/// Runs `work` in a child process, so that it begins with the same memory as every other case and leaves none behind.
/// Throws std::runtime_error if it throws.
Cost run_in_child(std::function<void(Laps&)> const& work);

} // namespace usaged::test
