#include "tests/simulator/json_text.h"

#include <array>
#include <cstdio>

namespace usaged::test {

std::string json_text(std::string_view text)
{
    std::string quoted = "\"";
    for (auto const c : text) {
        if (static_cast<unsigned char>(c) < 0x20) {
            std::array<char, 8> escape{};
            std::snprintf(escape.data(), escape.size(), "\\u%04x", static_cast<unsigned>(c));
            quoted += escape.data();
            continue;
        }
        if (c == '"' || c == '\\') quoted += '\\';
        quoted += c;
    }
    return quoted + '"';
}

} // namespace usaged::test
