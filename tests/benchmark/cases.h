#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace usaged::test {

/// One line of the report. Each number is the median over the rounds.
struct Figure {
    std::string name;
    std::size_t rows = 0;
    double seconds = 0;
    double cpu_seconds = 0;
    double speed = 0;                    ///< how many times as fast as `compared_with`, by the figures of one round
    std::string compared_with;           ///< the name of another figure
    std::int64_t peak_memory = 0;        ///< bytes that the process grew by at most
    std::optional<double> bytes_per_row; ///< of the database file
    std::optional<double> changed_pages; ///< of the dataset's table and its indexes
};

/// Takes `rows` rows through the floor, the upsert alone and whole polls, once a round, and then 50 rows through polls
/// with and without that history. Works in `directory`, which exists. Throws std::exception if a case stores other
/// counts than it should.
std::vector<Figure> run_cases(std::size_t rows, std::size_t rounds, std::filesystem::path const& directory);

} // namespace usaged::test
