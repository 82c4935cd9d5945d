#pragma once

#include "tests/benchmark/page_server.h"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace usaged::test {

/// The programs that are compared.
struct PagedPrograms {
    std::filesystem::path usaged;
    std::filesystem::path floor;
};

/// One line of the report. Each number is the median over the rounds.
struct PagedFigure {
    std::string name;
    double seconds = 0; ///< of the whole process
    double cpu_seconds = 0;
    double speed = 0;              ///< how many times as fast as the floor, round by round
    std::int64_t peak_memory = 0;  ///< bytes, the most of all rounds
    double bytes_per_row = 0;      ///< of the tables that hold the rows, and of their indexes
    double size = 0;               ///< how many times as large these are as the floor's
    std::size_t changed_pages = 0; ///< of these tables and indexes, by a program that has nothing new to store
};

/// Lets the bare floor and `usaged fetch` fetch the same pages over TLS into new databases, and `usaged fetch` again
/// into its own, once a round. Works in `directory`, which exists.
/// Throws std::exception if one of them does not store every row.
std::vector<PagedFigure> run_paged_case(ServedPages const& pages, std::size_t rounds, PagedPrograms const& programs,
                                        std::filesystem::path const& directory);

} // namespace usaged::test
