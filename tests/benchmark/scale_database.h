#pragma once

#include <cstddef>
#include <filesystem>

namespace usaged::test {

/// Makes a database as usaged leaves it after a poll of licenses_usage and of licenses_deployment each day, the last
/// one of today with the numbers of yesterday. licenses_usage has at least `rows` rows of 1000 processing dates,
/// licenses_deployment those without workloads; customers appear, vanish and are renamed, numbers are restated, polls
/// fail. `rows` below 1000 times 3 give fewer dates. Throws std::exception; then the file is incomplete.
void make_scale_database(std::filesystem::path const& database, std::size_t rows);

} // namespace usaged::test
