#include "tests/daemon/metrics/sample.h"

#include <sstream>

namespace usaged::test {

std::optional<double> sample(std::string const& exposition, std::string const& series)
{
    std::istringstream lines{exposition};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(series + ' ')) return std::stod(line.substr(series.size() + 1));
    return std::nullopt;
}

std::vector<std::string> series_of(std::string const& exposition, std::string const& metric)
{
    std::vector<std::string> found;
    std::istringstream lines{exposition};
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with(metric + '{') || line.starts_with(metric + ' '))
            found.push_back(line.substr(0, line.rfind(' ')));
    return found;
}

} // namespace usaged::test
