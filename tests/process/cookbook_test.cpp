#include "tests/process/cookbook.h"
#include "tests/process/installation.h"

#include <doctest/doctest.h>

#include <algorithm>

namespace usaged::test {
namespace {

Expectations all_expectations()
{
    auto answers = expected_about_use();
    answers.merge(expected_about_billing());
    answers.merge(expected_about_operations());
    return answers;
}

void check_lines(Lines const& actual, Lines const& expected)
{
    REQUIRE(actual.size() == expected.size());
    for (std::size_t i = 0; i < actual.size(); ++i) CHECK(actual[i] == expected[i]);
}

/// Whether the last two numbers of a line differ.
bool was_restated(std::string const& line)
{
    auto const now = line.rfind('|');
    auto const then = line.rfind('|', now - 1);
    return line.substr(then + 1, now - then - 1) != line.substr(now + 1);
}

} // namespace

TEST_CASE("every statement of the cookbook answers its question about a simulated year")
{
    SimulatedYear const year;
    auto const answers = all_expectations();
    for (auto const& question : cookbook()) {
        auto const& title = question.title;
        CAPTURE(title);
        REQUIRE(answers.contains(title));
        auto const expected = answers.at(title)(year);
        CHECK_FALSE(expected.empty());
        check_lines(query(year.recorder.database(), question.statement), expected);
        if (title.find("as we knew it") != std::string::npos)
            CHECK(std::any_of(expected.begin(), expected.end(), was_restated));
    }
}

TEST_CASE("the cookbook has twenty questions, and no answer is left without one")
{
    auto const questions = cookbook();
    auto answers = all_expectations();
    CHECK(questions.size() == 20);
    for (auto const& question : questions) CHECK(answers.erase(question.title) == 1);
    CHECK(answers.empty());
}

} // namespace usaged::test
