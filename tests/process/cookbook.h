#pragma once

#include "tests/process/simulated_year.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace usaged::test {

/// A question of docs/sql.md.
struct Question {
    std::string title; ///< without its number
    std::string statement;
};

/// All, in their order.
std::vector<Question> cookbook();

/// The rows of an answer, their columns joined with `|`, as query() gives them.
using Lines = std::vector<std::string>;

/// What the answer to a question has to be, computed from what the simulator served, without SQL.
using Expectation = std::function<Lines(SimulatedYear const&)>;

/// By the title of the question.
using Expectations = std::map<std::string, Expectation>;
Expectations expected_about_use();
Expectations expected_about_billing();
Expectations expected_about_operations();

} // namespace usaged::test
