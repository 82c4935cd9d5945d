#pragma once

#include <chrono>
#include <thread>

namespace usaged::test {

/// Whether `holds()` becomes true within the limit. For what another process does in its own time.
template <typename Condition>
bool eventually(Condition const& holds, std::chrono::seconds limit = std::chrono::seconds{30})
{
    auto const deadline = std::chrono::steady_clock::now() + limit;
    while (!holds()) {
        if (std::chrono::steady_clock::now() > deadline) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds{50});
    }
    return true;
}

} // namespace usaged::test
