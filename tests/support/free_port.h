#pragma once

#include <cstdint>

namespace usaged::test {

/// A port of 127.0.0.1 that was free a moment ago.
std::uint16_t free_port();

} // namespace usaged::test
