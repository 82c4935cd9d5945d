#include "tests/process/cookbook.h"

#include <sstream>
#include <stdexcept>

namespace usaged::test {

std::vector<Question> cookbook()
{
    std::istringstream lines{read_file(USAGED_SOURCE_DIR "/docs/sql.md")};
    std::vector<Question> questions;
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("## ") && line.ends_with("?")) questions.push_back({line.substr(line.find(". ") + 2), {}});
        if (line == "```sql") {
            if (questions.empty() || !questions.back().statement.empty())
                throw std::runtime_error{"docs/sql.md: a statement without a question of its own"};
            inside = true;
        } else if (line == "```") {
            inside = false;
        } else if (inside) {
            questions.back().statement += line + '\n';
        }
    }
    return questions;
}

} // namespace usaged::test
