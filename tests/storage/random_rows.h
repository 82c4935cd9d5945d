#pragma once

#include "tests/storage/store_fixture.h"

#include <random>
#include <string>
#include <vector>

namespace usaged::test {

/// Rows of one date of any dataset: of each key column two values in all combinations, of which a third is missing.
/// Names are now and then those of another one, optional columns and unknown fields come and go, measures are from 0 to
/// 2.
std::vector<Fields> random_rows(Dataset const& dataset, std::mt19937& random, std::string const& date);

} // namespace usaged::test
