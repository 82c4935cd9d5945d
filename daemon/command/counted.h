#pragma once

#include <cstdint>
#include <string>

namespace usaged {

/// `1 row`, `5 rows`
inline std::string counted(std::int64_t number, std::string const& noun)
{
    return std::to_string(number) + " " + noun + (number == 1 ? "" : "s");
}

} // namespace usaged
