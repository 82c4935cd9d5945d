#include "tests/boot/booted_system.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <iostream>

namespace usaged::test {
namespace {

/// Ends the program before its first test where no system can be booted. Not doctest::skip: CTest asks for the names of
/// the tests when the program has been built, and would not learn those of skipped ones.
struct Skip : doctest::IReporter {
    explicit Skip(doctest::ContextOptions const&) {}

    void test_run_start() override
    {
        if (can_boot()) return;
        std::cout << "skipped: no system can be booted here (see the test `boot:roots`)" << std::endl;
        std::exit(EXIT_SUCCESS);
    }

    void report_query(doctest::QueryData const&) override {}
    void test_run_end(doctest::TestRunStats const&) override {}
    void test_case_start(doctest::TestCaseData const&) override {}
    void test_case_reenter(doctest::TestCaseData const&) override {}
    void test_case_end(doctest::CurrentTestCaseStats const&) override {}
    void test_case_exception(doctest::TestCaseException const&) override {}
    void subcase_start(doctest::SubcaseSignature const&) override {}
    void subcase_end() override {}
    void log_assert(doctest::AssertData const&) override {}
    void log_message(doctest::MessageData const&) override {}
    void test_case_skipped(doctest::TestCaseData const&) override {}
};

} // namespace

DOCTEST_REGISTER_LISTENER("skip", 1, Skip);

} // namespace usaged::test
