#include "tests/benchmark/statement_file.h"

#include <fstream>
#include <stdexcept>

namespace usaged::test {

std::vector<NamedStatement> read_statements(std::filesystem::path const& markdown)
{
    std::ifstream file{markdown};
    std::vector<NamedStatement> statements;
    std::string heading;
    bool inside = false;
    for (std::string line; std::getline(file, line);) {
        if (inside && line.starts_with("```"))
            inside = false;
        else if (inside)
            statements.back().sql += line + '\n';
        else if (line.starts_with('#'))
            heading = line.substr(std::min(line.size(), line.find_first_not_of("# ")));
        else if (line == "```sql") {
            statements.push_back({heading, {}});
            inside = true;
        }
    }
    if (statements.empty()) throw std::runtime_error{markdown.string() + " has no block of SQL"};
    return statements;
}

} // namespace usaged::test
