#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace usaged::test {

/// A statement of a manual, under the heading that it stands below.
struct NamedStatement {
    std::string name;
    std::string sql;
};

/// The blocks of SQL of a Markdown file, in order. Throws std::runtime_error if there is none.
std::vector<NamedStatement> read_statements(std::filesystem::path const& markdown);

} // namespace usaged::test
